// What a cache of blobs has on disk, and what it drops when that is too much.

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digest as toDigest, type Digest } from '@pareto/core';
import { makeFolder } from '../files/make-folder.js';
import { withDiskErrors } from '../files/partial-file.js';

export interface CacheEntry {
  readonly digest: Digest;
  /** Zero until it is there. */
  sizeBytes: number;
  /** Milliseconds since the Unix epoch. */
  lastUsed: number;
  uses: number;
  /** Settles when the blob is there and verified; undefined before its first use in this process. */
  ready: Promise<void> | undefined;
}

export const createEntry = (digest: Digest, sizeBytes = 0, lastUsed = 0): CacheEntry => ({
  digest,
  sizeBytes,
  lastUsed,
  uses: 0,
  ready: undefined,
});

/** The least recently used that nobody holds, until the rest fits. */
export function planEviction<E extends Pick<CacheEntry, 'sizeBytes' | 'uses' | 'lastUsed'>>(
  entries: readonly E[],
  maxBytes: number,
): readonly E[] {
  let total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const idle = entries.filter(({ uses, sizeBytes }) => uses === 0 && sizeBytes > 0);
  return idle
    .sort((a, b) => a.lastUsed - b.lastUsed)
    .filter(({ sizeBytes }) => {
      if (total <= maxBytes) return false;
      total -= sizeBytes;
      return true;
    });
}

export interface CacheFolders {
  readonly blobs: string;
  /** What was being fetched. */
  readonly partial: string;
  /** Of models that are open. */
  readonly models: string;
}

export const cacheFolders = (folder: string): CacheFolders => ({
  blobs: join(folder, 'sha256'),
  partial: join(folder, 'partial'),
  models: join(folder, 'models'),
});

const partialKeptMs = 24 * 3_600_000;

/** Clears what an earlier process had open and what it gave up fetching, and finds the blobs it left. */
export async function findEntries(folders: CacheFolders, nowWallMs: number): Promise<Map<Digest, CacheEntry>> {
  await withDiskErrors(folders.blobs, async () => {
    await rm(folders.models, { recursive: true, force: true });
    await makeFolder(folders.blobs);
    await makeFolder(folders.partial);
  });
  for (const { path, mtimeMs } of await filesIn(folders.partial))
    if (nowWallMs - mtimeMs > partialKeptMs) await rm(path, { force: true });
  const found = (await filesIn(folders.blobs)).map(({ name, size, mtimeMs }) =>
    createEntry(toDigest(`sha256:${name}`), size, mtimeMs),
  );
  return new Map(found.map((entry) => [entry.digest, entry]));
}

interface FoundFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

async function filesIn(folder: string): Promise<readonly FoundFile[]> {
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, path: join(folder, name), size, mtimeMs };
    }),
  );
}
