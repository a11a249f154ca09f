// The demand that planning uses, from one turn to the next.

import type { VariantId } from '@pareto/core';
import {
  coldVariants,
  noDemand,
  observeRates,
  spreadDemand,
  type SteadyDemand,
  type SteadyDemandParams,
} from '@pareto/policy';
import type { ClusterView, Observed } from '../cluster/observe.js';

export interface FollowedDemand {
  readonly steady: SteadyDemand;
  /** Variants that queries are held for, the most urgent first. */
  readonly held: readonly VariantId[];
  /** The last snapshot. Undefined before the first turn. */
  readonly observed: Observed | undefined;
}

export const unfollowedDemand: FollowedDemand = { steady: noDemand, held: [], observed: undefined };

export const followDemand = (
  { steady }: Pick<FollowedDemand, 'steady'>,
  { demand, now }: ClusterView,
  observed: Observed,
  params: SteadyDemandParams,
): FollowedDemand => {
  const cold = coldVariants(observed.warmthRules, observed.variants);
  const rates = spreadDemand(demand.demands(now), observed);
  return { steady: observeRates(steady, rates, params, now, cold), held: [...demand.held(now).keys()], observed };
};

/** Follows the demand with the last snapshot. Returns whether planning sees no difference. */
export function isSameDemand(
  memory: { demand: FollowedDemand },
  view: ClusterView,
  params: SteadyDemandParams,
): boolean {
  const before = memory.demand;
  if (before.observed === undefined) return false;
  memory.demand = followDemand(before, view, before.observed, params);
  const { steady, held } = memory.demand;
  return steady.rates === before.steady.rates && held.join() === before.held.join();
}
