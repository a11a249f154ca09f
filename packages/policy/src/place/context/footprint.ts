// The memory that a replica or a step takes.

import type { Profile, Variant } from '@pareto/core';
import { deviceMemory, type DeviceMemoryParams } from '../../share/device-memory.js';
import { replicaMemory } from '../../share/share-executor.js';

export interface Footprint {
  readonly memoryBytes: number;
  /** Memory of the device. It counts only where the device has memory of its own. */
  readonly deviceMemoryBytes: number;
}

export const noFootprint: Footprint = { memoryBytes: 0, deviceMemoryBytes: 0 };

/** Returns the memory of a replica that was measured. */
export const measuredFootprint = (variant: Variant, profile: Profile, params: DeviceMemoryParams): Footprint => ({
  memoryBytes: replicaMemory(variant, profile),
  deviceMemoryBytes: deviceMemory(variant, profile, params),
});
