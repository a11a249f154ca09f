// Limits how often something is done that many events call for.

import { milliseconds, type Clock } from '@pareto/core';

const debounceDelay = milliseconds(5);
/** Rest after an act, as a multiple of the time that it took, and its maximum. */
const [restFactor, maxRestMs] = [4, 250];

/**
 * Returns a function that calls `act` once after a short delay, however often it is called meanwhile. If it is called all the time,
 * `act`, which returns how long it kept the process busy, takes a fifth of the time: a report of a thousand replicas takes many
 * milliseconds.
 */
export function pace(act: () => Promise<number>, clock: Clock): () => void {
  let isScheduled = false;
  let restsUntil = 0;
  return () => {
    if (isScheduled) return;
    isScheduled = true;
    clock.after(milliseconds(Math.max(debounceDelay, restsUntil - clock.now())), () => {
      isScheduled = false;
      void act().then((busyMs) => (restsUntil = clock.now() + Math.min(maxRestMs, restFactor * busyMs)));
    });
  };
}
