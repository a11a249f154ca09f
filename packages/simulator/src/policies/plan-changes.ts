// The difference between the replicas that a baseline plans and those that there are.

import type { WorkerId } from '@pareto/core';
import type { PlannedReplicas, ServingReplica } from './serving-policy.js';

export interface ReplicaChanges<R> {
  readonly loads: readonly Pick<PlannedReplicas, 'variant' | 'worker'>[];
  readonly unloads: readonly R[];
}

/** `replicas` are those that do not drain, the oldest first. */
export function planChanges<R extends Pick<ServingReplica, 'variant' | 'worker'>>(
  planned: readonly PlannedReplicas[],
  replicas: readonly R[],
): ReplicaChanges<R> {
  const keyOf = (variant: string, worker: WorkerId): string => `${variant} ${worker}`;
  const left = new Map<string, number>();
  for (const { variant, worker, count } of planned) {
    const key = keyOf(variant, worker);
    left.set(key, (left.get(key) ?? 0) + count);
  }
  const unloads = replicas.filter(({ variant, worker }) => {
    const key = keyOf(variant, worker.id);
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count <= 0;
  });
  const loads = planned.flatMap(({ variant, worker }) => {
    const key = keyOf(variant, worker);
    const count = left.get(key) ?? 0;
    left.delete(key);
    return Array.from({ length: count }, () => ({ variant, worker }));
  });
  return { loads, unloads };
}
