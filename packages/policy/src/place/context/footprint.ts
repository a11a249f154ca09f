// The memory that a replica or a step takes.

export interface Footprint {
  readonly memoryBytes: number;
  /** Memory of the device. It counts only where the device has memory of its own. */
  readonly deviceMemoryBytes: number;
}

export const noFootprint: Footprint = { memoryBytes: 0, deviceMemoryBytes: 0 };
