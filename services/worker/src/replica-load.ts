// What a replica's work is predicted to take, from its profile.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { p50At } from '@pareto/policy';
import type { ReplicaLoadReport } from '@pareto/rpc';
import type { ReplicaOrder } from './assignments.js';

/** Undefined: not profiled yet. */
export const expectedMs = ({ profile }: ReplicaOrder, items: number): Milliseconds | undefined =>
  profile === undefined ? undefined : milliseconds(p50At(profile, items));

/** How many items go into one batch. */
export const ceilingOf = ({ batchCeiling, spec }: ReplicaOrder): number =>
  Math.max(1, Math.min(batchCeiling, spec.maxBatchSize));

export interface Work {
  readonly queuedItems: number;
  readonly runningItems: number;
  /** Until what runs is done. */
  readonly runningLeftMs: number;
}

/** Of the batch that runs or will run next; 0 when there is nothing to do. */
export function turnMs(order: ReplicaOrder, { queuedItems, runningItems }: Work): number {
  const items = runningItems > 0 ? runningItems : Math.min(queuedItems, ceilingOf(order));
  return items === 0 ? 0 : (expectedMs(order, items) ?? 0);
}

/** `slotWaitMs`: what every batch may have to wait for a slot. */
export function loadOf(order: ReplicaOrder, work: Work, slotWaitMs: number): ReplicaLoadReport {
  const { queuedItems, runningItems, runningLeftMs } = work;
  const ceiling = ceilingOf(order);
  const batchMs = (expectedMs(order, ceiling) ?? 0) + slotWaitMs;
  return { queuedItems, runningItems, backlogMs: runningLeftMs + (queuedItems / ceiling) * batchMs };
}
