// Arrivals that are independent of each other: a Poisson process, with exponential gaps.

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
