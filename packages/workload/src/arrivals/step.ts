// Arrivals whose rate changes at one time: a Poisson process before and after.

import type { ArrivalPlanner } from './arrival-planner.js';
import { checkNotNegative, checkPositive } from './check-parameters.js';
import { drawExponential, renewalTimes } from './renewal-times.js';

export interface StepArrivals {
  /** Rate before the step. */
  readonly ratePerSecond: number;
  /** Rate after the step, divided by the rate before it. 0 ends the arrivals. */
  readonly factor: number;
  /** Time of the step. */
  readonly atMs: number;
}

export const planStep: ArrivalPlanner<StepArrivals> = function* ({ ratePerSecond, factor, atMs }, durationMs, rng) {
  checkPositive('ratePerSecond', ratePerSecond);
  checkNotNegative('factor', factor);
  checkNotNegative('atMs', atMs);
  const between = (fromMs: number, toMs: number, rate: number): Iterable<number> =>
    renewalTimes(fromMs, toMs, () => drawExponential(rate, rng));
  yield* between(0, Math.min(atMs, durationMs), ratePerSecond);
  yield* between(atMs, durationMs, ratePerSecond * factor);
};
