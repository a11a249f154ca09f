// The choice of who gets a free slot.

import { isBefore, type QueuedQuery } from './queued-query.js';
import type { SlotParams } from './slot-params.js';

/**
 * Returns the replica that gets the next slot: the one that has waited for too long, or else the one whose first query
 * has the highest priority, and is due first. Undefined if the step that waits since `stepSince` comes before.
 */
export function pickWaiting<T extends FirstQuery>(
  waiting: ReadonlyMap<T, number>,
  stepSince: number,
  now: number,
  { maxWaitMs, stepDueMs }: Pick<SlotParams, 'maxWaitMs' | 'stepDueMs'>,
): T | undefined {
  let oldest: T | undefined;
  let oldestSince = Infinity;
  let urgent: T | undefined;
  for (const [work, since] of waiting) {
    if (since < oldestSince) [oldest, oldestSince] = [work, since];
    if (urgent === undefined || isMoreUrgent(work, urgent)) urgent = work;
  }
  if (now - Math.min(oldestSince, stepSince) >= maxWaitMs) return oldestSince <= stepSince ? oldest : undefined;
  const first = urgent?.queue.first();
  const step = { priority: Infinity, dueAt: stepSince + stepDueMs };
  return first !== undefined && isBefore(step, first) ? undefined : urgent;
}

interface FirstQuery {
  readonly queue: { first(): QueuedQuery | undefined };
}

function isMoreUrgent(a: FirstQuery, b: FirstQuery): boolean {
  const [first, other] = [a.queue.first(), b.queue.first()];
  return first !== undefined && (other === undefined || isBefore(first, other));
}
