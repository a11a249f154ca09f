// The settings with which the clairvoyant plans, and the choice among their results.

import type { SimulationResult } from '../../result/simulation-result.js';
import type { FeasibleParams } from './feasible/params.js';

/** Parameters that decide between cost and attainment. The best ones depend on the load. */
export type PlannedSetting = Pick<FeasibleParams, 'latencyShare' | 'utilisation'>;

/** The settings that are tried, in the order of their replicas: few to many. */
export const plannedSettings: readonly PlannedSetting[] = [
  { latencyShare: 0.3, utilisation: 0.6 },
  { latencyShare: 0.2, utilisation: 0.5 },
  { latencyShare: 0.2, utilisation: 0.4 },
];

/** Returns the cheapest result that reaches the attainment, or that with the largest attainment if none does. */
export function pickPlanned(results: readonly SimulationResult[], attainment: number): SimulationResult {
  const reaching = results.filter(({ totals }) => totals.onTime >= attainment * totals.asked);
  const [best] =
    reaching.length > 0
      ? reaching.toSorted((one, other) => one.totals.usd - other.totals.usd)
      : results.toSorted((one, other) => other.totals.onTime - one.totals.onTime);
  if (best === undefined) throw new Error('the clairvoyant needs at least one setting');
  return best;
}
