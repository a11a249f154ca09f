// Counts of ready replicas.

import type { VariantId, WorkerId } from '@pareto/core';
import type { PlacementReplica, PlacementWorker } from '../snapshot/snapshot.js';

/** Returns the number of ready replicas of each variant of a version. Variants without any are omitted. */
export function countReady(
  replicas: readonly PlacementReplica[],
  workers: readonly PlacementWorker[],
  version: number,
): ReadonlyMap<VariantId, number> {
  const here = presentWorkers(workers);
  const ready = new Map<VariantId, number>();
  for (const { assignment, state } of replicas) {
    if (assignment.version !== version || state !== 'ready' || !here.has(assignment.worker)) continue;
    ready.set(assignment.variant, (ready.get(assignment.variant) ?? 0) + 1);
  }
  return ready;
}

/** Returns the workers that are connected or expected back. */
export const presentWorkers = (workers: readonly PlacementWorker[]): ReadonlySet<WorkerId> =>
  new Set(workers.filter(({ presence }) => presence !== 'gone').map(({ info }) => info.id));
