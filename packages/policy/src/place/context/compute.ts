// The time of the slots of each hardware class, which targets divide among demands.

import type { HardwareClassId } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot } from '../../snapshot/snapshot.js';
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
export function createCompute({ workers }: Pick<PlacementSnapshot, 'workers'>, params: PlacementParams): Compute {
  const left = new Map<HardwareClassId, number>();
  for (const worker of workers) {
    if (worker.presence === 'gone' || mustLeave(worker)) continue;
    for (const { hardwareClass, slots } of worker.info.slotGroups)
      left.set(hardwareClass.id, (left.get(hardwareClass.id) ?? 0) + slots * params.targetUtilisation);
  }
  return {
    left: (hardwareClass) => left.get(hardwareClass) ?? 0,
    take: (hardwareClass, load) => void left.set(hardwareClass, (left.get(hardwareClass) ?? 0) - load),
  };
}
