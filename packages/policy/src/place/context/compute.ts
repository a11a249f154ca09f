// The time of the slots of each hardware class, which targets divide among demands.

import { addTo, oncePer, type HardwareClassId } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';
import { mustLeave } from './budget.js';

/** Smaller shares of a slot count as none, because they come from rounding. */
export const minLoad = 1e-6;

/** Smallest share of a slot for which a replica is kept or loaded, unless less is wanted. */
export const minShare = 0.05;

export interface Compute {
  /** Returns how many slots' time is left on the class, at the target utilisation. */
  left(hardwareClass: HardwareClassId): number;
  take(hardwareClass: HardwareClassId, load: number): void;
}

/** Creates the compute of the workers that keep replicas: connected or awaited ones that replicas need not leave. */
export function createCompute(
  { workers }: Pick<PlacementSnapshot, 'workers'>,
  { targetUtilisation }: PlacementParams,
): Compute {
  const taken = new Map<HardwareClassId, number>();
  const slots = countSlots(workers);
  return {
    left: (hardwareClass) => (slots.get(hardwareClass) ?? 0) * targetUtilisation - (taken.get(hardwareClass) ?? 0),
    take: (hardwareClass, load) => addTo(taken, hardwareClass, load),
  };
}

const countSlots = oncePer((workers: readonly PlacementWorker[]) => {
  const counts = new Map<HardwareClassId, number>();
  for (const worker of workers) {
    if (worker.presence === 'gone' || mustLeave(worker)) continue;
    for (const { hardwareClass, slots } of worker.info.slotGroups) addTo(counts, hardwareClass.id, slots);
  }
  return counts;
});
