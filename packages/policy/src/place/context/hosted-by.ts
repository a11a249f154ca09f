// Whether the fleet has a worker that is large enough for a variant.

import type { HardwareClassId } from '@pareto/core';
import type { PlacementWorker } from '../../snapshot/snapshot.js';
import type { Option } from './options.js';

/** Creates a function that returns whether some worker could hold an option if it were empty. */
export function hostedBy(workers: readonly PlacementWorker[]): (option: Option) => boolean {
  const maxMemory = maxMemoryByClass(workers);
  return ({ hardwareClass, memoryBytes }) => (maxMemory.get(hardwareClass) ?? -1) >= memoryBytes;
}

/** Returns the memory of the largest worker with slots of each class. Workers that are gone do not count. */
function maxMemoryByClass(workers: readonly PlacementWorker[]): ReadonlyMap<HardwareClassId, number> {
  const maxMemory = new Map<HardwareClassId, number>();
  for (const { info, presence } of workers) {
    if (presence === 'gone') continue;
    for (const { hardwareClass, slots } of info.slotGroups) {
      if (slots > 0) maxMemory.set(hardwareClass.id, Math.max(info.memoryBytes, maxMemory.get(hardwareClass.id) ?? 0));
    }
  }
  return maxMemory;
}
