// Predicts how long a replica's work takes, from its profile.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { bucketOf, p50At } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';
import { batchSizes } from '@pareto/runtime';
import type { AssignedReplica } from '../orders/desired-state.js';

/** Returns the expected time of a batch. Undefined if no run was measured. */
export const expectedMs = (assignment: AssignedReplica, items: number): Milliseconds | undefined =>
  assignment.profile === undefined || assignment.profile.points.length === 0
    ? undefined
    : milliseconds(p50At(assignment.profile, sizeOf(assignment, items)));

/**
 * Returns the number of items that a batch is padded to. On a device this is the next measured size, because the device
 * compiles its programs for each size. Batches on the cpu, and batches above the largest measured size, are not padded.
 */
export function sizeOf({ spec, profile }: AssignedReplica, items: number): number {
  if (spec.provider === 'cpu' || !spec.signature.batched) return items;
  return bucketOf(items, sizesOf({ spec, profile }));
}

/** Returns the sizes that batches are padded to on a device, ascending. */
const sizesOf = ({ spec, profile }: Pick<AssignedReplica, 'spec' | 'profile'>): readonly number[] =>
  spec.provider === 'cpu' || profile === undefined || profile.points.length === 0
    ? batchSizes(spec.maxBatchSize)
    : profile.points.map(({ batch }) => batch);

/** Returns the batch sizes to run before the replica is ready. */
export function warmSizes(assignment: AssignedReplica): readonly number[] {
  const ceiling = ceilingOf(assignment);
  return assignment.spec.provider === 'cpu'
    ? batchSizes(ceiling)
    : [...new Set([...sizesOf(assignment).filter((size) => size < ceiling), sizeOf(assignment, ceiling)])];
}

/** Returns the maximum number of items in a batch. */
export const ceilingOf = ({ batchCeiling, spec }: AssignedReplica): number =>
  Math.max(1, Math.min(batchCeiling, spec.maxBatchSize));

export interface ReplicaWork {
  readonly queuedItems: number;
  readonly runningItems: number;
  /** Predicted time until the running batches are done. */
  readonly runningLeftMs: number;
}

/** Returns the expected time of the batch that is running or runs next. 0 if there is none. */
export function nextBatchMs(assignment: AssignedReplica, { queuedItems, runningItems }: ReplicaWork): number {
  const items = runningItems > 0 ? runningItems : Math.min(queuedItems, ceilingOf(assignment));
  return items === 0 ? 0 : (expectedMs(assignment, items) ?? 0);
}

/** Returns the load of a replica. `slotWaitMs` is the predicted wait for a slot before each batch. */
export function loadOf(assignment: AssignedReplica, work: ReplicaWork, slotWaitMs: number): ReplicaLoadReport {
  const { queuedItems, runningItems, runningLeftMs } = work;
  const ceiling = ceilingOf(assignment);
  const batchMs = (expectedMs(assignment, ceiling) ?? 0) + slotWaitMs;
  return { queuedItems, runningItems, backlogMs: runningLeftMs + (queuedItems / ceiling) * batchMs };
}
