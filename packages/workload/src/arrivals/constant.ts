// Evenly spaced arrivals.

import type { ArrivalPlanner } from './arrival-planner.js';
import { checkPositive } from './check-parameters.js';

export interface ConstantArrivals {
  readonly ratePerSecond: number;
}

export const planConstant: ArrivalPlanner<ConstantArrivals> = ({ ratePerSecond }, durationMs) => {
  checkPositive('ratePerSecond', ratePerSecond);
  const gapMs = 1000 / ratePerSecond;
  const times: number[] = [];
  for (let at = 0; at < durationMs; at += gapMs) times.push(at);
  return times;
};
