// The files of a blob cache on disk, and the plan of which blobs to evict.

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digest as toDigest, type Digest } from '@pareto/core';
import { makeFolder } from '../files/make-folder.js';
import { withDiskErrors } from '../files/partial-file.js';

export interface CacheEntry {
  readonly digest: Digest;
  /** 0 until the blob is on disk. */
  sizeBytes: number;
  /** Milliseconds since the Unix epoch. */
  lastUsed: number;
  /** Number of callers that hold the blob. */
  uses: number;
  /** Resolves when the blob is on disk and verified. Undefined before its first use in this process. */
  ready: Promise<void> | undefined;
}

export const createEntry = (digest: Digest, sizeBytes = 0, lastUsed = 0): CacheEntry => ({
  digest,
  sizeBytes,
  lastUsed,
  uses: 0,
  ready: undefined,
});

export const totalSize = (entries: readonly Pick<CacheEntry, 'sizeBytes'>[]): number =>
  entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** Returns the unused blobs to evict, least recently used first, until the rest fits into `maxBytes`. */
export function planEviction<E extends Pick<CacheEntry, 'sizeBytes' | 'uses' | 'lastUsed'>>(
  entries: readonly E[],
  maxBytes: number,
): readonly E[] {
  let total = totalSize(entries);
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
  /** Unfinished downloads. */
  readonly partial: string;
  /** Parent of the folders of open models. */
  readonly models: string;
}

export const cacheFolders = (folder: string): CacheFolders => ({
  blobs: join(folder, 'sha256'),
  partial: join(folder, 'partial'),
  models: join(folder, 'models'),
});

/** Age at which an unfinished download is removed. */
const maxPartialAgeMs = 24 * 3_600_000;

/** Returns the blobs on disk. Removes the open models and old unfinished downloads of an earlier process. */
export async function findEntries(folders: CacheFolders, nowWallMs: number): Promise<Map<Digest, CacheEntry>> {
  await withDiskErrors(folders.blobs, async () => {
    await rm(folders.models, { recursive: true, force: true });
    await makeFolder(folders.blobs);
    await makeFolder(folders.partial);
  });
  for (const { path, mtimeMs } of await filesIn(folders.partial))
    if (nowWallMs - mtimeMs > maxPartialAgeMs) await rm(path, { force: true });
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
