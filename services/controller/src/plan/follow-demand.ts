// The demand that planning uses, from one turn to the next.

import type { VariantId } from '@pareto/core';
import {
  coldVariants,
  followSlowdowns,
  noDemand,
  noSlowdowns,
  observeRates,
  slowedRates,
  spreadDemand,
  type ActiveReplica,
  type Slowdowns,
  type SteadyDemand,
  type SteadyDemandParams,
} from '@pareto/policy';
import type { ClusterView, Observed } from '../cluster/observe.js';

export interface FollowedDemand {
  readonly steady: SteadyDemand;
  readonly slowdowns: Slowdowns;
  /** Variants that queries are held for, the most urgent first. */
  readonly held: readonly VariantId[];
  /** The last snapshot. Undefined before the first turn. */
  readonly observed: Observed | undefined;
}

export const unfollowedDemand: FollowedDemand = {
  steady: noDemand,
  slowdowns: noSlowdowns,
  held: [],
  observed: undefined,
};

export function followDemand(
  before: FollowedDemand,
  { demand, fleet, now }: ClusterView,
  observed: Observed,
  params: SteadyDemandParams,
): FollowedDemand {
  const { variants, warmthRules } = observed;
  const active = (): readonly ActiveReplica[] => activeReplicas(observed, fleet);
  const slowdowns = followSlowdowns(before.slowdowns, observed === before.observed, active, variants, now);
  const rates = slowedRates(spreadDemand(demand.demands(now), observed), slowdowns);
  const steady = observeRates(before.steady, rates, params, now, coldVariants(warmthRules, variants));
  return { steady, slowdowns, held: [...demand.held(now).keys()], observed };
}

const activeReplicas = ({ replicas }: Observed, fleet: ClusterView['fleet']): readonly ActiveReplica[] =>
  replicas.flatMap(({ assignment }) => {
    const live = fleet.replicas(assignment.worker).get(assignment.replica);
    return live === undefined ? [] : [{ assignment, recent: live.recent }];
  });

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
