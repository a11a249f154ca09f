// A worker's copies of blobs, by digest: fetched once, verified, the least recently used dropped when there are too many.

import { copyFile, link, readdir, rm, utimes, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digest as toDigest, type Clock, type Digest, type Manifest } from '@pareto/core';
import { hashFile } from './hash-file.js';
import { makeFolder } from './make-folder.js';
import { checkDigest, checkManifest, graphFile, manifestDigest } from './manifest.js';
import { openPartial, sizeOf, withDiskErrors } from './partial-file.js';

export interface BlobCacheOptions {
  /** What unused blobs may hold together; those in use are never dropped. */
  readonly maxBytes: number;
  /** Streams a blob from an offset. */
  readonly fetch: (digest: Digest, offset: number, signal: AbortSignal | undefined) => AsyncIterable<Uint8Array>;
  readonly clock: Clock;
}

/** A file that stays as long as it is not released. */
export interface CachedFile {
  readonly path: string;
  release(): Promise<void>;
}

export interface BlobCache {
  /** Fetches what is missing. Callers that want the same blob at once share the fetch. */
  open(digest: Digest, signal?: AbortSignal): Promise<CachedFile>;
  /** A model's files, each at its path in a folder of their own; `path` is the graph's. */
  openModel(manifest: Manifest, signal?: AbortSignal): Promise<CachedFile>;
}

interface Entry {
  readonly digest: Digest;
  sizeBytes: number;
  lastUsed: number;
  uses: number;
  /** Settles when the blob is there and verified; undefined before its first use in this process. */
  ready: Promise<void> | undefined;
}

export async function createBlobCache(folder: string, options: BlobCacheOptions): Promise<BlobCache> {
  const models = join(folder, 'models');
  const entries = await prepare(folder, models);
  let opened = 0;
  const pathOf = (digest: Digest): string => blobPath(folder, digest);

  async function settle(entry: Entry, signal: AbortSignal | undefined): Promise<void> {
    const isOwn = entry.ready === undefined;
    const ready = (entry.ready ??= obtain(folder, entry, options.fetch, signal));
    try {
      await ready;
    } catch (error) {
      if (entry.ready === ready) entry.ready = undefined;
      // That another was cancelled is no reason for this one to fail.
      if (isOwn || signal?.aborted === true) throw error;
      await settle(entry, signal);
    }
  }

  async function use(digest: Digest, signal: AbortSignal | undefined): Promise<Entry> {
    const entry = entries.get(checkDigest(digest)) ?? createEntry(digest, 0, 0);
    entries.set(digest, entry);
    entry.uses++;
    try {
      await settle(entry, signal);
    } catch (error) {
      entry.uses--;
      throw error;
    }
    entry.lastUsed = options.clock.wallMs();
    // The order of use outlives the process.
    await utimes(pathOf(digest), entry.lastUsed / 1000, entry.lastUsed / 1000).catch(() => {});
    return entry;
  }

  async function release(used: readonly Entry[]): Promise<void> {
    for (const entry of used) entry.uses--;
    for (const { digest } of planEviction([...entries.values()], options.maxBytes)) {
      entries.delete(digest);
      await rm(pathOf(digest), { force: true });
    }
  }

  return {
    async open(digest, signal) {
      const entry = await use(digest, signal);
      return { path: pathOf(digest), release: once(() => release([entry])) };
    },
    async openModel(manifest, signal) {
      checkManifest(manifest);
      const used: Entry[] = [];
      const home = join(models, `${hex(manifestDigest(manifest)).slice(0, 16)}-${++opened}`);
      const close = once(async () => {
        await rm(home, { recursive: true, force: true });
        await release(used);
      });
      try {
        for (const file of manifest.files) {
          used.push(await use(file.digest, signal));
          await place(pathOf(file.digest), join(home, file.path));
        }
      } catch (error) {
        await close();
        throw error;
      }
      return { path: join(home, graphFile(manifest).path), release: close };
    },
  };
}

/** What an earlier process left is hashed again before it is trusted. */
async function obtain(
  folder: string,
  entry: Entry,
  fetch: BlobCacheOptions['fetch'],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { digest } = entry;
  const path = blobPath(folder, digest);
  if (entry.sizeBytes > 0 && (await hashFile(path)) === digest) return;
  const partial = await openPartial(join(folder, 'partial', hex(digest)));
  try {
    for await (const data of fetch(digest, partial.receivedBytes, signal)) await partial.append(data);
    await partial.commit(digest, path);
  } finally {
    await partial.close();
  }
  entry.sizeBytes = (await sizeOf(path)) ?? 0;
}

/** The least recently used that nobody holds, until the rest fits. */
export function planEviction<E extends Pick<Entry, 'sizeBytes' | 'uses' | 'lastUsed'>>(
  entries: readonly E[],
  maxBytes: number,
): readonly E[] {
  let total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const idle = entries.filter(({ uses }) => uses === 0).sort((a, b) => a.lastUsed - b.lastUsed);
  return idle.filter(({ sizeBytes }) => {
    if (total <= maxBytes) return false;
    total -= sizeBytes;
    return true;
  });
}

const blobPath = (folder: string, digest: Digest): string => join(folder, 'sha256', hex(digest));
const hex = (digest: Digest): string => digest.slice('sha256:'.length);

const createEntry = (digest: Digest, sizeBytes: number, lastUsed: number): Entry => ({
  digest,
  sizeBytes,
  lastUsed,
  uses: 0,
  ready: undefined,
});

/** Clears what an earlier process had open, and finds the blobs it left. */
async function prepare(folder: string, models: string): Promise<Map<Digest, Entry>> {
  const blobs = join(folder, 'sha256');
  await withDiskErrors(blobs, async () => {
    await rm(models, { recursive: true, force: true });
    await makeFolder(blobs);
  });
  const entries = new Map<Digest, Entry>();
  for (const name of await readdir(blobs)) {
    const { size, mtimeMs } = await stat(join(blobs, name));
    const digest = toDigest(`sha256:${name}`);
    entries.set(digest, createEntry(digest, size, mtimeMs));
  }
  return entries;
}

/** A second name for the same content, where the file system has such: the runtime sees a plain file. */
async function place(blob: string, path: string): Promise<void> {
  await withDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    await link(blob, path).catch(() => copyFile(blob, path));
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
