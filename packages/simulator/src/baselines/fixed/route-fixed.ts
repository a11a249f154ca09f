// The replica of a query whose variant is fixed.

import type { PolicySetting, QueryServer, ServingReplica } from '../../policies/serving-policy.js';
import { listOptions, type VariantOption } from '../options/variant-option.js';
import { pickFixed, type FixedPreference } from './pick-fixed.js';
import { hosts } from './plan-fixed.js';

/** Returns the fixed variant of each stream. Undefined if its task has none. */
export function fixedVariants(
  { cluster, streams, objectives }: PolicySetting,
  preference: FixedPreference,
): readonly (VariantOption | undefined)[] {
  const options = listOptions(cluster);
  return objectives.map((objective, stream) => {
    const own = options.filter(({ task }) => task === streams[stream]?.task);
    return pickFixed(own, objective, preference);
  });
}

/** Creates the routing of queries to the replica of their variant with the fewest queries, one that is ready if there is any. */
export const createFixedRoute =
  (variants: readonly (VariantOption | undefined)[]): QueryServer['route'] =>
  ({ stream }, replicas) => {
    const option = variants[stream];
    if (option === undefined) return { kind: 'reject' };
    const replica = leastQueried(
      replicas.filter(({ variant, worker }) => variant === option.variant && hosts(worker, option)),
    );
    return replica === undefined ? { kind: 'reject' } : { kind: 'send', replica };
  };

/** Returns the replica with the fewest queries. One that is loading only if none is ready. Undefined for an empty list. */
export function leastQueried(replicas: readonly ServingReplica[]): ServingReplica | undefined {
  let best: ServingReplica | undefined;
  for (const one of replicas) if (best === undefined || isBetter(one, best)) best = one;
  return best;
}

function isBetter(one: ServingReplica, other: ServingReplica): boolean {
  if (one.state !== other.state) return one.state === 'ready';
  return openQueries(one) < openQueries(other);
}

/** Returns the number of queries that a replica has not answered. */
export const openQueries = ({ queue, inFlight, running }: ServingReplica): number => queue.length + inFlight + running;
