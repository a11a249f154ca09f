// A cache of blobs on disk, by digest: opens single blobs, and models as folders of links to their blobs.

import { copyFile, link, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest, Manifest } from '@pareto/core';
import { cacheFolders } from './cache-entries.js';
import { openCachedBlobs, type BlobCacheOptions } from './cached-blobs.js';
import { makeFolder } from '../files/make-folder.js';
import { checkDigest, checkManifest, graphFile, hexOf, manifestDigest } from '../digests/manifest.js';
import { withDiskErrors } from '../files/partial-file.js';

/** A file that stays on disk until it is released. */
export interface CachedFile {
  readonly path: string;
  release(): Promise<void>;
}

export interface BlobCache {
  /** Size of all blobs on disk. */
  readonly sizeBytes: number;
  /**
   * Opens a blob and fetches it if it is missing, unless it is larger than `maxBytes` (default: the size of the cache).
   * Concurrent calls for one blob share the fetch.
   */
  open(digest: Digest, signal?: AbortSignal, maxBytes?: number): Promise<CachedFile>;
  /**
   * Opens a model: a new folder with each file at its path in the manifest. `path` is the path of the graph. Fetches no
   * more of a file than its size in the manifest.
   */
  openModel(manifest: Manifest, signal?: AbortSignal): Promise<CachedFile>;
}

export async function createBlobCache(folder: string, options: BlobCacheOptions): Promise<BlobCache> {
  const folders = cacheFolders(folder);
  const blobs = await openCachedBlobs(folders, options);
  let opened = 0;
  return {
    get sizeBytes() {
      return blobs.sizeBytes;
    },
    async open(digest, signal, maxBytes = options.maxBytes) {
      const path = await blobs.acquire(checkDigest(digest), maxBytes, signal);
      return { path, release: once(() => blobs.release([digest])) };
    },
    async openModel(manifest, signal) {
      checkManifest(manifest);
      const acquired: Digest[] = [];
      const modelFolder = join(folders.models, `${hexOf(manifestDigest(manifest)).slice(0, 16)}-${++opened}`);
      const close = once(async () => {
        await rm(modelFolder, { recursive: true, force: true });
        await blobs.release(acquired);
      });
      try {
        for (const file of manifest.files) {
          const path = await blobs.acquire(file.digest, file.sizeBytes, signal);
          acquired.push(file.digest);
          await linkFile(path, join(modelFolder, file.path));
        }
      } catch (error) {
        await close();
        throw error;
      }
      return { path: join(modelFolder, graphFile(manifest).path), release: close };
    },
  };
}

/** Links a blob to a path, or copies it if the file system has no links. The runtime needs a plain file. */
async function linkFile(blob: string, path: string): Promise<void> {
  await withDiskErrors(path, async () => {
    await makeFolder(dirname(path));
    await link(blob, path).catch(() => copyFile(blob, path));
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
