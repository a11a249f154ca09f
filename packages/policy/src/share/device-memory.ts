// The memory of a device that a replica counts for, where the device has memory of its own.

import type { Profile, Variant } from '@pareto/core';

export interface DeviceMemoryParams {
  /** Assumed device memory of a replica that was not measured, as a multiple of the size of its files. */
  readonly deviceMemoryFactor: number;
}

/** Returns the measured device memory, or the assumed one if it was not measured. 0 on the cpu. */
export function deviceMemory(
  { provider, manifest }: Pick<Variant, 'provider' | 'manifest'>,
  profile: Pick<Profile, 'deviceMemoryBytes'> | undefined,
  { deviceMemoryFactor }: DeviceMemoryParams,
): number {
  if (provider === 'cpu') return 0;
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return profile?.deviceMemoryBytes ?? Math.ceil(sizeBytes * deviceMemoryFactor);
}
