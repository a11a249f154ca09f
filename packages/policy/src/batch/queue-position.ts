// The position of a query with a priority in the queue.

export interface Prioritised {
  /** 1 is the most urgent. Infinite if the client set none. */
  readonly priority: number;
  /** Arrival time, on the clock of `now`. */
  readonly enqueuedAt: number;
  /** Deadline, on the clock of `now`. Infinite if the caller set none. */
  readonly deadlineMs: number;
  /** Set if the query failed in a batch and runs again alone. No other query overtakes it. */
  readonly alone: boolean;
}

export interface PriorityParams {
  /** Maximum time in the queue during which a query may be overtaken. */
  readonly maxOvertakenMs: number;
}

export const defaultPriorityParams: PriorityParams = { maxOvertakenMs: 500 };

/**
 * Returns the number of queued queries that stay ahead of one that arrives now. It overtakes less urgent ones at the
 * end of the queue that have waited less than `maxOvertakenMs` and less than half of the time to their deadline. So no
 * query starves, and a query that needs at most half of its time still meets its deadline.
 */
export function queuePosition(
  queue: readonly Prioritised[],
  priority: number,
  now: number,
  { maxOvertakenMs }: PriorityParams = defaultPriorityParams,
): number {
  let position = queue.length;
  while (position > 0) {
    const before = queue[position - 1];
    if (before === undefined || before.priority <= priority || before.alone) break;
    const waitedMs = now - before.enqueuedAt;
    if (waitedMs >= Math.min(maxOvertakenMs, (before.deadlineMs - before.enqueuedAt) / 2)) break;
    position--;
  }
  return position;
}
