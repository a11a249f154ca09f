// Arrivals that are independent of each other: a Poisson process, with exponential gaps.

import type { Rng } from '@pareto/core';
import type { ArrivalPlanner } from './arrival-planner.js';
import { checkPositive } from './check-parameters.js';
import { drawExponential, renewalTimes } from './renewal-times.js';

export interface PoissonArrivals {
  readonly ratePerSecond: number;
}

export const planPoisson: ArrivalPlanner<PoissonArrivals> = ({ ratePerSecond }, durationMs, rng) => {
  checkPositive('ratePerSecond', ratePerSecond);
  return renewalTimes(0, durationMs, () => drawExponential(ratePerSecond, rng));
};

/** Draws the number of arrivals in a time in which `mean` are expected. */
export function drawPoisson(mean: number, rng: Rng): number {
  let count = 0;
  for (let left = mean + Math.log(1 - rng()); left > 0; left += Math.log(1 - rng())) count++;
  return count;
}
