// Evenly spaced arrivals.

import type { ArrivalPlanner } from './arrival-planner.js';
import { checkPositive } from './check-parameters.js';

export interface ConstantArrivals {
  readonly ratePerSecond: number;
}

export const planConstant: ArrivalPlanner<ConstantArrivals> = function* ({ ratePerSecond }, durationMs) {
  checkPositive('ratePerSecond', ratePerSecond);
  const gapMs = 1000 / ratePerSecond;
  // A sum of gaps would add up their rounding errors.
  for (let index = 0; index * gapMs < durationMs; index++) yield index * gapMs;
};
