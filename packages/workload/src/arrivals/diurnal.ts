// Arrivals at a rate that rises and falls like over a day: a Poisson process with a sinusoidal rate.

import type { ArrivalPlanner } from './arrival-planner.js';
import { checkFraction, checkNotNegative, checkPositive } from './check-parameters.js';
import { drawExponential, renewalTimes } from './renewal-times.js';

export interface DiurnalArrivals {
  /** Mean rate over a period. */
  readonly ratePerSecond: number;
  /** Maximum deviation from the mean rate, as a fraction of it. At 1, the minimum rate is 0. */
  readonly amplitude: number;
  readonly periodMs: number;
  /** Time of the first peak. A quarter of the period if omitted, so that the rate starts at its mean and rises. */
  readonly peakMs?: number;
}

export const planDiurnal: ArrivalPlanner<DiurnalArrivals> = function* (parameters, durationMs, rng) {
  const { ratePerSecond, amplitude, periodMs, peakMs = periodMs / 4 } = parameters;
  checkPositive('ratePerSecond', ratePerSecond);
  checkFraction('amplitude', amplitude);
  checkPositive('periodMs', periodMs);
  checkNotNegative('peakMs', peakMs);
  const peakRate = ratePerSecond * (1 + amplitude);
  const rateAt = diurnalRate(parameters);
  // Thinning: arrivals at the peak rate are kept with the probability of the rate at their time (Lewis and Shedler 1979).
  for (const ms of renewalTimes(0, durationMs, () => drawExponential(peakRate, rng))) {
    if (rng() * peakRate < rateAt(ms)) yield ms;
  }
};

/** Returns a function of the time in ms that returns the rate per second. */
export const diurnalRate =
  ({ ratePerSecond, amplitude, periodMs, peakMs = periodMs / 4 }: DiurnalArrivals): ((ms: number) => number) =>
  (ms) =>
    ratePerSecond * (1 + amplitude * Math.cos((2 * Math.PI * (ms - peakMs)) / periodMs));
