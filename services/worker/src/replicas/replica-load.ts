// What a replica's work is predicted to take, from its profile.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { bucketOf, p50At } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';
import { batchSizes } from '@pareto/runtime';
import type { AssignedReplica } from '../orders/desired-state.js';

/** Undefined: no run of it was measured. */
export const expectedMs = (assignment: AssignedReplica, items: number): Milliseconds | undefined =>
  assignment.profile === undefined || assignment.profile.points.length === 0
    ? undefined
    : milliseconds(p50At(assignment.profile, sizeOf(assignment, items)));

/**
 * To how many items a batch is filled up: on a device to the next size that was measured, for it prepares itself for every size
 * anew; on the cpu, and beyond the largest, not at all.
 */
export function sizeOf({ spec, profile }: AssignedReplica, items: number): number {
  if (spec.provider === 'cpu' || !spec.signature.batched) return items;
  return bucketOf(items, sizesOf({ spec, profile }));
}

/** The sizes in which batches run, ascending; on the cpu others run as well. */
const sizesOf = ({ spec, profile }: Pick<AssignedReplica, 'spec' | 'profile'>): readonly number[] =>
  spec.provider === 'cpu' || profile === undefined || profile.points.length === 0
    ? batchSizes(spec.maxBatchSize)
    : profile.points.map(({ batch }) => batch);

/** The sizes that are run once before queries come. */
export function warmSizes(assignment: AssignedReplica): readonly number[] {
  const ceiling = ceilingOf(assignment);
  return assignment.spec.provider === 'cpu'
    ? batchSizes(ceiling)
    : [...new Set([...sizesOf(assignment).filter((size) => size < ceiling), sizeOf(assignment, ceiling)])];
}

/** How many items go into one batch. */
export const ceilingOf = ({ batchCeiling, spec }: AssignedReplica): number =>
  Math.max(1, Math.min(batchCeiling, spec.maxBatchSize));

export interface ReplicaWork {
  readonly queuedItems: number;
  readonly runningItems: number;
  /** Until what runs is done. */
  readonly runningLeftMs: number;
}

/** Of the batch that runs or will run next; 0 when there is nothing to do. */
export function nextBatchMs(assignment: AssignedReplica, { queuedItems, runningItems }: ReplicaWork): number {
  const items = runningItems > 0 ? runningItems : Math.min(queuedItems, ceilingOf(assignment));
  return items === 0 ? 0 : (expectedMs(assignment, items) ?? 0);
}

/** `slotWaitMs`: what every batch may have to wait for a slot. */
export function loadOf(assignment: AssignedReplica, work: ReplicaWork, slotWaitMs: number): ReplicaLoadReport {
  const { queuedItems, runningItems, runningLeftMs } = work;
  const ceiling = ceilingOf(assignment);
  const batchMs = (expectedMs(assignment, ceiling) ?? 0) + slotWaitMs;
  return { queuedItems, runningItems, backlogMs: runningLeftMs + (queuedItems / ceiling) * batchMs };
}
