// Opens files of the blob cache, and releases them when they are disposed.

import type { BlobCache, CachedFile } from '@pareto/blobs';
import type { Digest, Manifest } from '@pareto/core';

export interface OpenedFile extends AsyncDisposable {
  readonly path: string;
}

/** Opens the files of a model. Returns undefined if there is no manifest. */
export const openModel = async (
  cache: BlobCache,
  manifest: Manifest | undefined,
  signal: AbortSignal,
): Promise<OpenedFile | undefined> => manifest && toOpenedFile(await cache.openModel(manifest, signal));

/** Opens one file. Returns undefined if there is no digest. */
export const openFile = async (
  cache: BlobCache,
  digest: Digest | undefined,
  signal: AbortSignal,
): Promise<OpenedFile | undefined> =>
  digest === undefined ? undefined : toOpenedFile(await cache.open(digest, signal));

const toOpenedFile = (file: CachedFile): OpenedFile => ({
  path: file.path,
  [Symbol.asyncDispose]: () => file.release(),
});
