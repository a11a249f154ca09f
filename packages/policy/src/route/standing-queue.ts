// Detection of a queue that is longer than it needs to be, whose wait then has a limit.

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
 * The state of a queue, at first empty. A queue that drains now and then absorbs bursts, and one of constant length has
 * callers who wait for each other: neither has a limit. One that keeps growing, or that does not drain while queries are
 * refused, serves no more queries for its length, only later. Then its wait is limited until it has drained to half of
 * the limit. Source: Nichols and Jacobson 2012, "Controlling queue delay". A class, because numbers that change in a closure are
 * allocated with each change.
 */
export class StandingQueue {
  /** Maximum wait of a query. Infinity if there is none. */
  maxWaitMs: number = Infinity;
  readonly #params: StandingParams;
  #limitMs = Infinity;
  #isStanding = false;
  #drainedAt: number;
  /** Least wait in the current window and in the one before. */
  #leastMs = 0;
  #leastBeforeMs = 0;
  #windowAt: number;
  #rises = 0;

  constructor(params: StandingParams, now: number) {
    this.#params = params;
    this.#drainedAt = now;
    this.#windowAt = now;
  }

  /** Records the wait at the replica that is free first. `batchMs`: time that its next batch takes, with the way there. */
  observe(waitMs: number, batchMs: number, at: number): void {
    const { maxBatches, maxRises, windowBatches, minWindowMs } = this.#params;
    this.#limitMs = maxBatches * batchMs;
    if (at - this.#windowAt >= Math.max(minWindowMs, windowBatches * batchMs)) {
      this.#rises = this.#leastMs >= this.#leastBeforeMs + batchMs ? this.#rises + 1 : 0;
      this.#leastBeforeMs = this.#leastMs;
      this.#leastMs = waitMs;
      this.#windowAt = at;
    } else this.#leastMs = Math.min(this.#leastMs, waitMs);
    if (waitMs <= this.#limitMs / 2) {
      this.#isStanding = false;
      this.#drainedAt = at;
    } else if (this.#rises >= maxRises) this.#isStanding = true;
    this.#limit();
  }

  /** Records that a query was refused because of the wait. */
  refused(at: number): void {
    if (at - this.#drainedAt >= this.#params.lastingMs) this.#isStanding = true;
    this.#limit();
  }

  #limit(): void {
    this.maxWaitMs = this.#isStanding ? this.#limitMs : Infinity;
  }
}
