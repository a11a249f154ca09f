// The blobs of a cache: fetched once, verified, and evicted (least recently used first) when they exceed the limit.

import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isDiskFull, type Clock, type Digest } from '@pareto/core';
import { hexOf } from '../digests/manifest.js';
import { sizeOf } from '../files/partial-file.js';
import { createEntry, findEntries, totalSize, type CacheEntry, type CacheFolders } from './cache-entries.js';
import { createEviction } from './eviction.js';
import { obtainBlob, type FetchBlob, type FetchLimits } from './fetch-blob.js';

export interface BlobCacheOptions {
  /** Maximum size of all blobs together. Blobs in use are never evicted, so they may exceed it. */
  readonly maxBytes: number;
  readonly fetch: FetchBlob;
  readonly clock: Clock;
}

interface CachedBlobs {
  /** Size of all blobs on disk. */
  readonly sizeBytes: number;
  /** Returns the path of a blob of at most `maxBytes`, which stays on disk until it is released. */
  acquire(digest: Digest, maxBytes: number, signal: AbortSignal | undefined): Promise<string>;
  release(digests: readonly Digest[]): Promise<void>;
}

export async function openCachedBlobs(folders: CacheFolders, options: BlobCacheOptions): Promise<CachedBlobs> {
  const { clock } = options;
  const entries = await findEntries(folders, clock.wallMs());
  const pathOf = (digest: Digest): string => join(folders.blobs, hexOf(digest));
  const eviction = createEviction(entries, { maxBytes: options.maxBytes, pathOf });

  /** Obtains a blob. On a full disk, evicts idle blobs one by one before it fails. */
  async function obtain(entry: CacheEntry, limits: FetchLimits): Promise<void> {
    try {
      entry.sizeBytes = await obtainBlob(folders, entry.digest, options.fetch, limits);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (!(await eviction.evictOne())) {
        // A partial blob that does not fit must not take the space of smaller ones.
        await rm(join(folders.partial, hexOf(entry.digest)), { force: true });
        throw error;
      }
      await obtain(entry, limits);
    }
  }

  /** Waits until the blob is on disk. Concurrent calls share one fetch. */
  async function makeReady(entry: CacheEntry, limits: FetchLimits): Promise<void> {
    const isOwn = entry.ready === undefined;
    const ready = (entry.ready ??= obtain(entry, limits));
    try {
      await ready;
    } catch (error) {
      if (entry.ready === ready) entry.ready = undefined;
      // If another caller cancelled the shared fetch, this call fetches again.
      if (isOwn || limits.signal?.aborted === true) throw error;
      await makeReady(entry, limits);
    }
  }

  /** Records the use in the file's time, which outlives the process. Returns false if the file was removed externally. */
  async function markUsed(entry: CacheEntry): Promise<boolean> {
    entry.lastUsed = clock.wallMs();
    const path = pathOf(entry.digest);
    await utimes(path, entry.lastUsed / 1000, entry.lastUsed / 1000).catch(() => {});
    return (await sizeOf(path)) !== undefined;
  }

  async function use(entry: CacheEntry, limits: FetchLimits): Promise<void> {
    await eviction.finished(entry.digest);
    await makeReady(entry, limits);
    const { ready } = entry;
    if (await markUsed(entry)) return;
    if (entry.ready === ready) entry.ready = undefined;
    await makeReady(entry, limits);
  }

  await eviction.shrink();
  return {
    get sizeBytes() {
      return totalSize([...entries.values()]);
    },
    async acquire(digest, maxBytes, signal) {
      const entry = entries.get(digest) ?? createEntry(digest);
      entries.set(digest, entry);
      entry.uses++;
      try {
        await use(entry, { maxBytes, signal });
      } catch (error) {
        entry.uses--;
        throw error;
      }
      await eviction.shrink();
      return pathOf(digest);
    },
    async release(digests) {
      const released = digests.flatMap((digest) => entries.get(digest) ?? []);
      await Promise.all(released.map(markUsed));
      for (const entry of released) entry.uses--;
      await eviction.shrink();
    },
  };
}
