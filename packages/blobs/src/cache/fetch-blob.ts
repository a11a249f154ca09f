// Fetches one blob into a cache's folder, verifies it, and resumes an interrupted download.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ParetoError, type Digest } from '@pareto/core';
import type { CacheFolders } from './cache-entries.js';
import { hashFile } from '../digests/hash-file.js';
import { hexOf } from '../digests/manifest.js';
import { openPartial, sizeOf } from '../files/partial-file.js';

export interface FetchOptions {
  /** Makes the source verify its copy first, because an earlier download had the wrong digest. */
  readonly recheck: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface FetchLimits {
  /** Largest size that the blob can have. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Streams a blob from an offset. */
export type FetchBlob = (digest: Digest, offset: number, options: FetchOptions) => AsyncIterable<Uint8Array>;

/** Returns the size of a blob once it is on disk. A file of an earlier process is verified by its digest first. */
export async function obtainBlob(
  folders: CacheFolders,
  digest: Digest,
  fetch: FetchBlob,
  { maxBytes, signal }: FetchLimits,
): Promise<number> {
  const target = {
    digest,
    maxBytes,
    partial: join(folders.partial, hexOf(digest)),
    path: join(folders.blobs, hexOf(digest)),
  };
  const { path } = target;
  if ((await sizeOf(path)) === undefined || (await hashFile(path)) !== digest)
    await download((offset, recheck) => fetch(digest, offset, { recheck, signal }), target);
  return (await sizeOf(path)) ?? 0;
}

/** A blob, and the paths of its unfinished and of its complete file. */
interface Target {
  readonly digest: Digest;
  readonly maxBytes: number;
  readonly partial: string;
  readonly path: string;
}

type FetchFrom = (offset: number, recheck: boolean) => AsyncIterable<Uint8Array>;

/**
 * Resumes an interrupted download. If the result has the wrong digest or is too large, downloads the whole blob again. If a
 * whole download is wrong too, makes one last attempt for which the source verifies its copy first (`recheck`).
 */
async function download(fetchFrom: FetchFrom, target: Target, recheck = false): Promise<void> {
  const partial = await openPartial(target.partial);
  const isWhole = partial.receivedBytes === 0;
  try {
    for await (const data of fetchFrom(partial.receivedBytes, recheck)) {
      if (partial.receivedBytes + data.byteLength > target.maxBytes) await rejectTooLarge(target);
      await partial.append(data);
    }
    return await partial.commit(target.digest, target.path);
  } catch (error) {
    // The partial file is removed only if its content was wrong.
    const isWrong = (await sizeOf(target.partial)) === undefined;
    if (recheck || !isWrong) throw error;
  } finally {
    await partial.close();
  }
  await download(fetchFrom, target, isWhole);
}

async function rejectTooLarge({ digest, maxBytes, partial }: Target): Promise<never> {
  await rm(partial, { force: true });
  throw new ParetoError(
    'resource-exhausted',
    `blob ${digest} is larger than ${maxBytes} bytes, which its manifest declares or the cache can hold: register its model again, or raise --cache-size of the worker`,
  );
}
