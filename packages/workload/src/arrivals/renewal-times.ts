// Renewal processes, whose gaps are independent of each other.

import type { Rng } from '@pareto/core';

/** Returns the times after `fromMs` and before `toMs`. The first one is a gap after `fromMs`. */
export function renewalTimes(fromMs: number, toMs: number, drawGapMs: () => number): readonly number[] {
  const times: number[] = [];
  for (let at = fromMs + drawGapMs(); at < toMs; at += drawGapMs()) times.push(at);
  return times;
}

/** Draws a gap of the exponential distribution. Infinite at a rate of 0. */
export const drawExponential = (ratePerSecond: number, rng: Rng): number =>
  ratePerSecond === 0 ? Infinity : -Math.log(1 - rng()) * (1000 / ratePerSecond);
