// The choice of who gets a free slot.

import { isBefore, type QueuedQuery } from './queued-query.js';
import type { SlotParams } from './slot-params.js';

/**
 * Returns the replica that gets the next slot: the one that has waited for too long, or else the one whose first query
 * has the highest priority, and is due first. Undefined if the step that waits since `stepSince` comes before.
 */
export function pickWaiting<T extends Waiting>(
  waiting: readonly T[],
  stepSince: number,
  now: number,
  { maxWaitMs, stepDueMs }: Pick<SlotParams, 'maxWaitMs' | 'stepDueMs'>,
): T | undefined {
  let oldest: T | undefined;
  let urgent: T | undefined;
  for (const work of waiting) {
    if (oldest === undefined || work.waitsSince < oldest.waitsSince) oldest = work;
    if (urgent === undefined || isMoreUrgent(work, urgent)) urgent = work;
  }
  const oldestSince = oldest?.waitsSince ?? Infinity;
  if (now - Math.min(oldestSince, stepSince) >= maxWaitMs) return oldestSince <= stepSince ? oldest : undefined;
  const first = urgent?.queue.first();
  const step = { priority: Infinity, dueAt: stepSince + stepDueMs };
  return first !== undefined && isBefore(step, first) ? undefined : urgent;
}

interface Waiting {
  /** Time since which it waits. */
  readonly waitsSince: number;
  readonly queue: { first(): QueuedQuery | undefined };
}

function isMoreUrgent(a: Waiting, b: Waiting): boolean {
  const [first, other] = [a.queue.first(), b.queue.first()];
  return first !== undefined && (other === undefined || isBefore(first, other));
}
