// The demand that planning uses, from one turn to the next.

import { milliseconds, type Milliseconds, type VariantId } from '@pareto/core';
import {
  coldVariants,
  liveSlowdowns,
  noDemand,
  observeRates,
  spreadDemand,
  type ActiveReplica,
  type SteadyDemand,
  type SteadyDemandParams,
} from '@pareto/policy';
import type { ClusterView, Observed } from '../cluster/observe.js';

export interface FollowedDemand {
  readonly steady: SteadyDemand;
  /** Time of batches divided by the profiled one, and when that was computed. */
  readonly slowdowns: { readonly byVariant: ReadonlyMap<VariantId, number>; readonly at: Milliseconds };
  /** Variants that queries are held for, the most urgent first. */
  readonly held: readonly VariantId[];
  /** The last snapshot. Undefined before the first turn. */
  readonly observed: Observed | undefined;
}

export const unfollowedDemand: FollowedDemand = {
  steady: noDemand,
  slowdowns: { byVariant: new Map(), at: milliseconds(0) },
  held: [],
  observed: undefined,
};

/** Age from which slowdowns are computed again although the snapshot is the same. */
const slowdownsMs = 2_000;

/** Follows the demand, in items per second of the time that was profiled for them: slower ones count for more. */
export function followDemand(
  before: FollowedDemand,
  { demand, fleet, now }: ClusterView,
  observed: Observed,
  params: SteadyDemandParams,
): FollowedDemand {
  const isFresh = observed === before.observed && now - before.slowdowns.at < slowdownsMs;
  const slowdowns = isFresh
    ? before.slowdowns
    : { byVariant: liveSlowdowns(activeReplicas(observed, fleet), observed.variants), at: now };
  const cold = coldVariants(observed.warmthRules, observed.variants);
  const offered = spreadDemand(demand.demands(now), observed);
  const rates = new Map(offered);
  for (const [id, slowdown] of slowdowns.byVariant) rates.set(id, slowdown * (offered.get(id) ?? 0));
  const steady = observeRates(before.steady, rates, params, now, cold);
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
