// Locations of blob stores that the contract tests run on.

import { milliseconds, systemClock, type Clock, type Digest } from '@pareto/core';
import { openFolderBlobStore, openS3BlobStore, type BlobStore } from '../../src/index.js';

export type BlobLocation =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly url: string; readonly endpoint: string; readonly cacheFolder: string };

const maxBlobBytes = 32 << 20;

/** A clock at four times the speed: a store with it detects dead uploads sooner, but still sees a heartbeat each second. */
export const fastClock: Clock = {
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
