// Numbers of replicas by variant and worker, as a planner returns them.

import type { VariantId, WorkerId } from '@pareto/core';
import type { PlannedReplicas } from '../../policies/serving-policy.js';

interface Placed {
  readonly variant: VariantId;
  readonly worker: WorkerId;
}

/** Returns the text that is the same for equal variants and workers. */
export const placeKey = ({ variant, worker }: Placed): string => `${variant} ${worker}`;

/** Returns the number of replicas for each variant and worker. */
export function countReplicas(replicas: readonly Placed[]): readonly PlannedReplicas[] {
  const counts = new Map<string, PlannedReplicas>();
  for (const { variant, worker } of replicas) {
    const key = placeKey({ variant, worker });
    counts.set(key, { variant, worker, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}
