// Whether the fleet has a worker that is large enough for a variant.

import { oncePer, type HardwareClassId } from '@pareto/core';
import type { PlacementWorker } from '../../snapshot/snapshot.js';
import type { Footprint } from './footprint.js';
import type { Option } from './options.js';

/** An option, as far as a worker must be large enough for it. */
export type SizedOption = Pick<Option, 'hardwareClass' | keyof Footprint>;

type PresentWorker = Pick<PlacementWorker, 'info' | 'presence'>;
type Capacities = ReadonlyMap<HardwareClassId, readonly Footprint[]>;

/** Creates a function that returns whether some worker could hold an option if it were empty. Workers that are gone do not count. */
export function hostedBy(workers: readonly PresentWorker[]): (option: SizedOption) => boolean {
  const capacities = capacitiesByClass(workers);
  return (option) => capacities.get(option.hardwareClass)?.some((one) => holds(one, option)) ?? false;
}

const holds = (capacity: Footprint, of: Footprint): boolean =>
  capacity.memoryBytes >= of.memoryBytes && capacity.deviceMemoryBytes >= of.deviceMemoryBytes;

/** Returns the memory of the workers with slots of each class, without those that another one exceeds in both memories. */
export const capacitiesByClass: (workers: readonly PresentWorker[]) => Capacities = oncePer((workers) => {
  const capacities = new Map<HardwareClassId, readonly Footprint[]>();
  for (const { info, presence } of workers) {
    if (presence === 'gone') continue;
    for (const { hardwareClass, slots, deviceMemoryBytes } of info.slotGroups) {
      if (slots === 0) continue;
      const capacity = { memoryBytes: info.memoryBytes, deviceMemoryBytes: deviceMemoryBytes || Infinity };
      const known = capacities.get(hardwareClass.id) ?? [];
      if (known.some((other) => holds(other, capacity))) continue;
      capacities.set(hardwareClass.id, [...known.filter((other) => !holds(capacity, other)), capacity]);
    }
  }
  return capacities;
});
