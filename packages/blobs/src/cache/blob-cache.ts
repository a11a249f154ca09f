// A worker's copies of blobs, by digest: fetched once, verified, the least recently used dropped when there are too many.

import { copyFile, link, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDiskFull, type Clock, type Digest, type Manifest } from '@pareto/core';
import {
  cacheFolders,
  createEntry,
  findEntries,
  planEviction,
  type CacheEntry,
  type CacheFolders,
} from './cache-entries.js';
import { obtainBlob, type FetchBlob } from './fetch-blob.js';
import { makeFolder } from '../files/make-folder.js';
import { checkDigest, checkManifest, graphFile, hexOf, manifestDigest } from '../digests/manifest.js';
import { sizeOf, withDiskErrors } from '../files/partial-file.js';

export interface BlobCacheOptions {
  /** What all blobs may hold together, as far as that is in the cache's hands: those in use are never dropped. */
  readonly maxBytes: number;
  readonly fetch: FetchBlob;
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

export async function createBlobCache(folder: string, options: BlobCacheOptions): Promise<BlobCache> {
  const folders = cacheFolders(folder);
  const blobs = await openCachedBlobs(folders, options);
  let opened = 0;
  return {
    async open(digest, signal) {
      const path = await blobs.take(checkDigest(digest), signal);
      return { path, release: once(() => blobs.giveBack([digest])) };
    },
    async openModel(manifest, signal) {
      checkManifest(manifest);
      const taken: Digest[] = [];
      const home = join(folders.models, `${hexOf(manifestDigest(manifest)).slice(0, 16)}-${++opened}`);
      const close = once(async () => {
        await rm(home, { recursive: true, force: true });
        await blobs.giveBack(taken);
      });
      try {
        for (const file of manifest.files) {
          const path = await blobs.take(file.digest, signal);
          taken.push(file.digest);
          await place(path, join(home, file.path));
        }
      } catch (error) {
        await close();
        throw error;
      }
      return { path: join(home, graphFile(manifest).path), release: close };
    },
  };
}

interface CachedBlobs {
  /** Its path; it stays until it is given back. */
  take(digest: Digest, signal: AbortSignal | undefined): Promise<string>;
  giveBack(digests: readonly Digest[]): Promise<void>;
}

async function openCachedBlobs(folders: CacheFolders, options: BlobCacheOptions): Promise<CachedBlobs> {
  const { clock, maxBytes } = options;
  const entries = await findEntries(folders, clock.wallMs());
  const dropping = new Map<Digest, Promise<void>>();
  const pathOf = (digest: Digest): string => join(folders.blobs, hexOf(digest));

  async function drop(digest: Digest): Promise<void> {
    entries.delete(digest);
    const removal = rm(pathOf(digest), { force: true });
    dropping.set(digest, removal);
    await removal.finally(() => dropping.delete(digest));
  }
  /** Looks anew after each: meanwhile the next may have come into use. */
  async function shrink(): Promise<void> {
    const [oldest] = planEviction([...entries.values()], maxBytes);
    if (oldest === undefined) return;
    await drop(oldest.digest);
    await shrink();
  }

  /** A full disk is an error only when nothing idle is left to give up. */
  async function makeReady(entry: CacheEntry, signal: AbortSignal | undefined): Promise<void> {
    try {
      entry.sizeBytes = await obtainBlob(folders, entry.digest, options.fetch, signal);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      const [oldest] = planEviction([...entries.values()], 0);
      if (oldest === undefined) {
        // What doesn't fit must not take the room of what would.
        await rm(join(folders.partial, hexOf(entry.digest)), { force: true });
        throw error;
      }
      await drop(oldest.digest);
      await makeReady(entry, signal);
    }
  }

  async function settle(entry: CacheEntry, signal: AbortSignal | undefined): Promise<void> {
    const isOwn = entry.ready === undefined;
    const ready = (entry.ready ??= makeReady(entry, signal));
    try {
      await ready;
    } catch (error) {
      if (entry.ready === ready) entry.ready = undefined;
      // That another was cancelled is no reason for this one to fail.
      if (isOwn || signal?.aborted === true) throw error;
      await settle(entry, signal);
    }
  }

  /** The order of use outlives the process. False when the file is gone: somebody else removed it. */
  async function markUsed(entry: CacheEntry): Promise<boolean> {
    entry.lastUsed = clock.wallMs();
    const path = pathOf(entry.digest);
    await utimes(path, entry.lastUsed / 1000, entry.lastUsed / 1000).catch(() => {});
    return (await sizeOf(path)) !== undefined;
  }

  async function take(entry: CacheEntry, signal: AbortSignal | undefined): Promise<void> {
    await dropping.get(entry.digest);
    await settle(entry, signal);
    const { ready } = entry;
    if (await markUsed(entry)) return;
    if (entry.ready === ready) entry.ready = undefined;
    await settle(entry, signal);
  }

  await shrink();
  return {
    async take(digest, signal) {
      const entry = entries.get(digest) ?? createEntry(digest);
      entries.set(digest, entry);
      entry.uses++;
      try {
        await take(entry, signal);
      } catch (error) {
        entry.uses--;
        throw error;
      }
      await shrink();
      return pathOf(digest);
    },
    async giveBack(digests) {
      const given = digests.flatMap((digest) => entries.get(digest) ?? []);
      await Promise.all(given.map(markUsed));
      for (const entry of given) entry.uses--;
      await shrink();
    },
  };
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
