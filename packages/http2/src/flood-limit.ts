// Bounds the frames of a peer that cost something and carry nothing, such as PING, or streams that are reset again.

import type { Clock } from '@pareto/core';
import { ConnectionError, errorCodes } from './http2-errors.js';

const maxAllowance = 2000;
const perSecond = 1000;
/** Allowance of a peer that has let streams finish. Its resets of thousands of them may cross the replies. */
const maxEarned = 32_768;

export class FloodLimit {
  readonly #clock: Clock;
  #allowance = maxAllowance;
  #refilledAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#refilledAt = clock.now();
  }

  /** Counts a frame. Throws a ConnectionError if there are too many. */
  count(): void {
    if (this.#allowance < 1) this.#refill();
    if (this.#allowance < 1) throw new ConnectionError(errorCodes.enhanceYourCalm, 'too many frames without a purpose');
    this.#allowance--;
  }

  /** Allows one more frame, since the peer has let a stream finish. */
  earn(): void {
    if (this.#allowance < maxEarned) this.#allowance++;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#allowance = Math.min(maxAllowance, this.#allowance + ((now - this.#refilledAt) * perSecond) / 1000);
    this.#refilledAt = now;
  }
}
