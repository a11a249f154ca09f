// Replicas of a version that answer.

import type { VariantId, WorkerId } from '@pareto/core';
import type { PlacementReplica, PlacementWorker } from '../snapshot/snapshot.js';

/** Replicas that are ready of each variant of a version; a variant without any is left out. */
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

/** Those that are here, or expected back. */
export const presentWorkers = (workers: readonly PlacementWorker[]): ReadonlySet<WorkerId> =>
  new Set(workers.filter(({ presence }) => presence !== 'gone').map(({ info }) => info.id));
