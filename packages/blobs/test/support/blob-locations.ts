// The places that the contract of blob stores is tested on.

import { milliseconds, systemClock, type Clock, type Digest } from '@pareto/core';
import { openFolderBlobStore, openS3BlobStore, type BlobStore } from '../../src/index.js';

export type BlobLocation =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly url: string; readonly endpoint: string; readonly cacheFolder: string };

const maxBlobBytes = 32 << 20;

/** A store with it loses its patience with others four times as fast: one that shows a sign each second is still seen. */
export const impatientClock: Clock = {
  ...systemClock,
  now: () => milliseconds(systemClock.now() * 4),
  sleep: (delay, signal) => systemClock.sleep(milliseconds(delay / 4), signal),
};

export async function openBlobLocation(
  location: BlobLocation,
  clock = systemClock,
  onDamaged: (digest: Digest) => void = () => undefined,
): Promise<BlobStore> {
  const common = { maxBlobBytes, clock, onDamaged };
  if (location.kind === 'folder') return openFolderBlobStore(location.folder, common);
  const { url, ...options } = location;
  return openS3BlobStore(url, { ...options, ...common, cacheBytes: 1 << 20 });
}
