// Files of the cache that are given back when they are disposed.

import type { BlobCache, CachedFile } from '@pareto/blobs';
import type { Digest, Manifest } from '@pareto/core';

export interface OpenedFile extends AsyncDisposable {
  readonly path: string;
}

/** Undefined: none is wanted. */
export const openModel = async (
  cache: BlobCache,
  manifest: Manifest | undefined,
  signal: AbortSignal,
): Promise<OpenedFile | undefined> => manifest && opened(await cache.openModel(manifest, signal));

/** Undefined: none is wanted. */
export const openFile = async (
  cache: BlobCache,
  digest: Digest | undefined,
  signal: AbortSignal,
): Promise<OpenedFile | undefined> => (digest === undefined ? undefined : opened(await cache.open(digest, signal)));

const opened = (file: CachedFile): OpenedFile => ({ path: file.path, [Symbol.asyncDispose]: () => file.release() });
