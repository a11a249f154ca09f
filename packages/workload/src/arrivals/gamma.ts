// Arrivals in bursts: a renewal process with gaps of the gamma distribution.

import type { Rng } from '@pareto/core';
import type { ArrivalPlanner } from './arrival-planner.js';
import { checkPositive } from './check-parameters.js';
import { renewalTimes } from './renewal-times.js';

export interface GammaArrivals {
  readonly ratePerSecond: number;
  /**
   * Coefficient of variation of the gaps: their standard deviation divided by their mean. The gaps of 1 are exponential
   * (Poisson); those of a larger value come in bursts. The shape parameter is 1 / variation².
   */
  readonly variation: number;
}

export const planGamma: ArrivalPlanner<GammaArrivals> = ({ ratePerSecond, variation }, durationMs, rng) => {
  checkPositive('ratePerSecond', ratePerSecond);
  checkPositive('variation', variation);
  const shape = 1 / variation ** 2;
  const scaleMs = 1000 / ratePerSecond / shape;
  return renewalTimes(0, durationMs, () => scaleMs * drawGamma(shape, rng));
};

/**
 * Draws from the gamma distribution with a scale of 1. Source: Marsaglia and Tsang 2000, with section 6 for shapes < 1. No
 * power is computed by `**`, whose last digit differs between Node 22 and 24.
 */
export function drawGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawGamma(shape + 1, rng) * Math.exp(Math.log(1 - rng()) / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(rng);
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && Math.log(1 - rng()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Draws from the standard normal distribution. Source: Box and Muller 1958. */
const drawNormal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
