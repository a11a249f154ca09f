// Fetches one blob into a cache's folder, verifies it, and resumes an interrupted download.

import { join } from 'node:path';
import type { Digest } from '@pareto/core';
import type { CacheFolders } from './cache-entries.js';
import { hashFile } from '../digests/hash-file.js';
import { hexOf } from '../digests/manifest.js';
import { openPartial, sizeOf } from '../files/partial-file.js';

export interface FetchOptions {
  /** Makes the source verify its copy first, because an earlier download had the wrong digest. */
  readonly recheck: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Streams a blob from an offset. */
export type FetchBlob = (digest: Digest, offset: number, options: FetchOptions) => AsyncIterable<Uint8Array>;

/** Returns the size of a blob once it is on disk. A file of an earlier process is verified by its digest first. */
export async function obtainBlob(
  folders: CacheFolders,
  digest: Digest,
  fetch: FetchBlob,
  signal: AbortSignal | undefined,
): Promise<number> {
  const paths = { partial: join(folders.partial, hexOf(digest)), path: join(folders.blobs, hexOf(digest)) };
  const { path } = paths;
  if ((await sizeOf(path)) === undefined || (await hashFile(path)) !== digest)
    await download((offset, recheck) => fetch(digest, offset, { recheck, signal }), digest, paths);
  return (await sizeOf(path)) ?? 0;
}

type FetchFrom = (offset: number, recheck: boolean) => AsyncIterable<Uint8Array>;

/**
 * Resumes an interrupted download. If the result has the wrong digest, downloads the whole blob again. If a whole download
 * has the wrong digest, makes one last attempt for which the source verifies its copy first (`recheck`).
 */
async function download(
  fetchFrom: FetchFrom,
  digest: Digest,
  paths: { readonly partial: string; readonly path: string },
  recheck = false,
): Promise<void> {
  const partial = await openPartial(paths.partial);
  const isWhole = partial.receivedBytes === 0;
  try {
    for await (const data of fetchFrom(partial.receivedBytes, recheck)) await partial.append(data);
    return await partial.commit(digest, paths.path);
  } catch (error) {
    // The partial file is removed only if its digest was wrong.
    const isWrongDigest = (await sizeOf(paths.partial)) === undefined;
    if (recheck || !isWrongDigest) throw error;
  } finally {
    await partial.close();
  }
  await download(fetchFrom, digest, paths, isWhole);
}
