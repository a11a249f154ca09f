// Detection of a queue that is longer than it needs to be, whose wait then has a limit.

export interface StandingQueue {
  /**
   * Records the wait at the replica that is free first. `batchMs`: time that its next batch takes, with the way there.
   */
  observe(waitMs: number, batchMs: number, now: number): void;
  /** Records that a query was refused because of the wait. */
  refused(now: number): void;
  /** Maximum wait of a query. Infinity if there is none. */
  readonly maxWaitMs: number;
}

export interface StandingParams {
  /** Maximum wait while the queue stands, in batches: enough that no replica runs out of queries. */
  readonly maxBatches: number;
  /** Time without draining after which a refusal shows that the queue stands, in ms. */
  readonly lastingMs: number;
  /** Number of windows in a row in which the least wait has risen by a batch, after which the queue stands. */
  readonly maxRises: number;
  /** Length of these windows, in batches. */
  readonly windowBatches: number;
  /** Minimum length of these windows, in ms. */
  readonly minWindowMs: number;
}

/**
 * Creates the state of an empty queue. A queue that drains now and then absorbs bursts, and one of constant length has
 * callers who wait for each other: neither has a limit. One that keeps growing, or that does not drain while queries are
 * refused, serves no more queries for its length, only later. Then its wait is limited until it has drained to half of
 * the limit. Source: Nichols and Jacobson 2012, "Controlling queue delay".
 */
export function createStandingQueue(params: StandingParams, now: number): StandingQueue {
  const { maxBatches, lastingMs, maxRises, windowBatches, minWindowMs } = params;
  let limitMs = Infinity;
  let isStanding = false;
  let drainedAt = now;
  /** Least wait in the current window and in the one before. */
  let leastMs = 0;
  let leastBeforeMs = 0;
  let windowAt = now;
  let rises = 0;
  const standing = {
    maxWaitMs: Infinity,
    observe(waitMs: number, batchMs: number, at: number): void {
      limitMs = maxBatches * batchMs;
      if (at - windowAt >= Math.max(minWindowMs, windowBatches * batchMs)) {
        rises = leastMs >= leastBeforeMs + batchMs ? rises + 1 : 0;
        [leastBeforeMs, leastMs, windowAt] = [leastMs, waitMs, at];
      } else leastMs = Math.min(leastMs, waitMs);
      if (waitMs <= limitMs / 2) [isStanding, drainedAt] = [false, at];
      else if (rises >= maxRises) isStanding = true;
      limit();
    },
    refused(at: number): void {
      if (at - drainedAt >= lastingMs) isStanding = true;
      limit();
    },
  };
  const limit = (): void => void (standing.maxWaitMs = isStanding ? limitMs : Infinity);
  return standing;
}
