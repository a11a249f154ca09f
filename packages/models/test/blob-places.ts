// The places that the contract of blob stores is tested on.

import { systemClock } from '@pareto/core';
import { openFolderBlobStore, openS3BlobStore, type BlobStore } from '../src/index.js';

export type Place =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly url: string; readonly endpoint: string; readonly cacheFolder: string };

const maxBlobBytes = 32 << 20;

export async function openPlace(place: Place): Promise<BlobStore> {
  if (place.kind === 'folder') return openFolderBlobStore(place.folder, { maxBlobBytes, clock: systemClock });
  const { url, ...options } = place;
  return openS3BlobStore(url, { ...options, cacheBytes: 1 << 20, maxBlobBytes, clock: systemClock });
}
