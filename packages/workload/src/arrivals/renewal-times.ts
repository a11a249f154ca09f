// Renewal processes, whose gaps are independent of each other.

import type { Rng } from '@pareto/core';

/** Draws the times after `fromMs` and before `toMs`. The first one is a gap after `fromMs`. */
export function* renewalTimes(fromMs: number, toMs: number, drawGapMs: () => number): Generator<number> {
  for (let at = fromMs + drawGapMs(); at < toMs; at += drawGapMs()) yield at;
}

/** Draws a gap of the exponential distribution. Infinite at a rate of 0. */
export const drawExponential = (ratePerSecond: number, rng: Rng): number =>
  ratePerSecond === 0 ? Infinity : -Math.log(1 - rng()) * (1000 / ratePerSecond);
