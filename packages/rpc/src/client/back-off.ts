// The pauses between attempts to connect to a server that cannot be reached.

import type { Clock } from '@pareto/core';

const firstPauseMs = 100;
const longestPauseMs = 1_000;

/** Allows an attempt 100 ms after the one before, then after twice as long each time, up to 1 s. */
export class BackOff {
  readonly #clock: Clock;
  #pauseMs = firstPauseMs;
  #nextAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns whether an attempt may start now, and counts it if so. */
  tryTake(): boolean {
    const now = this.#clock.now();
    if (now < this.#nextAt) return false;
    this.#nextAt = now + this.#pauseMs;
    this.#pauseMs = Math.min(longestPauseMs, 2 * this.#pauseMs);
    return true;
  }

  /** Allows the next attempt immediately, since a connection was of use. */
  reset(): void {
    this.#pauseMs = firstPauseMs;
    this.#nextAt = -Infinity;
  }
}
