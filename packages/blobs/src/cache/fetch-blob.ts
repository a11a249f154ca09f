// Fetching one blob into a cache's folder: verified, and resumed where an earlier attempt ended.

import { join } from 'node:path';
import type { Digest } from '@pareto/core';
import type { CacheFolders } from './cache-entries.js';
import { hashFile } from '../digests/hash-file.js';
import { hexOf } from '../digests/manifest.js';
import { openPartial, sizeOf } from '../files/partial-file.js';

export interface FetchOptions {
  /** Other content came before: the source is to look whether what it has is damaged. */
  readonly recheck: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Streams a blob from an offset. */
export type FetchBlob = (digest: Digest, offset: number, options: FetchOptions) => AsyncIterable<Uint8Array>;

/** Its size, once it is there. What an earlier process left is hashed again before it is trusted. */
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

type From = (offset: number, recheck: boolean) => AsyncIterable<Uint8Array>;

/**
 * Goes on where an earlier attempt ended. What turns out to be damaged is fetched anew, all of it; and if that is damaged too,
 * once more from a source that looks at its own first.
 */
async function download(
  from: From,
  digest: Digest,
  paths: { readonly partial: string; readonly path: string },
  recheck = false,
): Promise<void> {
  const partial = await openPartial(paths.partial);
  const isWhole = partial.receivedBytes === 0;
  try {
    for await (const data of from(partial.receivedBytes, recheck)) await partial.append(data);
    return await partial.commit(digest, paths.path);
  } catch (error) {
    // Only content of another digest is forgotten.
    const isForgotten = (await sizeOf(paths.partial)) === undefined;
    if (recheck || !isForgotten) throw error;
  } finally {
    await partial.close();
  }
  await download(from, digest, paths, isWhole);
}
