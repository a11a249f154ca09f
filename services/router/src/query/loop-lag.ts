// Estimates how long a query waits in this process before the router sees it, from how late timers run.

import { milliseconds, type Clock } from '@pareto/core';
import { trackLag } from '@pareto/policy';

export interface LoopLag {
  /** Recent delay of the event loop. 0 while no queries arrive. */
  readonly lagMs: number;
  /** Records that a query arrived, so that the delay is measured for the next second. */
  queryArrived(): void;
}

const everyMs = milliseconds(20);
const activeMs = 1_000;

export function createLoopLag(clock: Clock): LoopLag {
  let lagMs = 0;
  let arrivedAt = -Infinity;
  let isMeasuring = false;

  function measure(): void {
    const setAt = clock.now();
    clock.after(everyMs, () => {
      const now = clock.now();
      lagMs = trackLag(lagMs, Math.max(0, now - setAt - everyMs));
      if (now - arrivedAt < activeMs) return measure();
      isMeasuring = false;
      lagMs = 0;
    });
  }
  return {
    get lagMs() {
      return lagMs;
    },
    queryArrived() {
      arrivedAt = clock.now();
      if (isMeasuring) return;
      isMeasuring = true;
      measure();
    },
  };
}
