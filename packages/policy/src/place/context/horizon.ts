// The time of a plan, and the next time at which the plan may change although nothing else does.

import { milliseconds, type Milliseconds } from '@pareto/core';

export interface Horizon {
  readonly now: Milliseconds;
  /** Returns whether a time has come. If not, the plan may change then. Every comparison of a plan with `now` uses it. */
  hasCome(at: number): boolean;
  /** Earliest of the times that have not come. Infinite if there is none. */
  readonly nextAt: Milliseconds;
}

export function createHorizon(now: Milliseconds): Horizon {
  let nextAt = Infinity;
  return {
    now,
    hasCome(at) {
      if (at <= now) return true;
      if (at < nextAt) nextAt = at;
      return false;
    },
    get nextAt() {
      return milliseconds(nextAt);
    },
  };
}
