// The Pareto frontier of policies by cost and attainment.

import type { Spread } from './spread.js';

export interface CostAndAttainment {
  readonly usdPerHour: Spread;
  readonly attainment: Spread;
}

/** Returns the policies whose mean attainment exceeds that of all cheaper ones, from low to high costs. */
export function frontierOf<Policy extends CostAndAttainment>(policies: readonly Policy[]): readonly Policy[] {
  const sorted = policies.toSorted(
    (a, b) => a.usdPerHour.mean - b.usdPerHour.mean || b.attainment.mean - a.attainment.mean,
  );
  let best = -Infinity;
  return sorted.filter(({ attainment: { mean } }) => {
    const isBetter = mean > best;
    best = Math.max(best, mean);
    return isBetter;
  });
}
