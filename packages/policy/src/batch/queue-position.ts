// Where in a queue a query stands that says how urgent it is.

export interface Prioritised {
  /** 1 is the most urgent; infinite: none was given. */
  readonly priority: number;
  /** On the clock of `now`. */
  readonly enqueuedAt: number;
  /** On the clock of `now`; infinite when the caller set none. */
  readonly deadlineMs: number;
  /** Something went wrong when it ran: it is to run again, and nothing goes before it. */
  readonly alone: boolean;
}

export interface PriorityParams {
  /** How long a query may be overtaken at the most. */
  readonly maxOvertakenMs: number;
}

export const defaultPriorityParams: PriorityParams = { maxOvertakenMs: 500 };

/**
 * How many from the front stay before one that arrives now. It goes before less urgent ones at the end of the queue that may still be
 * overtaken: those that have waited less than `timeoutMs`, and less than half of the time to their deadline. So none starves, and
 * none misses its deadline for another's priority that would have met it with half of its time.
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
