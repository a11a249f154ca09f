// The choice of a replica of the selected variant: power of two choices on predicted completion.

import type { Candidate, ReplicaRoute, Rng } from '@pareto/core';
import type { LoadView } from './load-view.js';

/**
 * Draws two different usable replicas and returns the one with the shorter wait (they share one profile, so the service
 * time is equal). Undefined if none is usable. Source: Mitzenmacher 2001, "The power of two choices in randomized load
 * balancing".
 */
export function pickReplica(candidate: Candidate, loads: LoadView, rng: Rng): ReplicaRoute | undefined {
  const first = drawUsable(candidate.replicas, loads, rng, undefined);
  if (first === undefined) return undefined;
  const second = drawUsable(candidate.replicas, loads, rng, first);
  if (second === undefined) return first;
  return loads.replicaBacklogMs(second.loadIndex) < loads.replicaBacklogMs(first.loadIndex) ? second : first;
}

/** Returns a random usable replica other than `except`, all equally likely. */
function drawUsable(
  replicas: readonly ReplicaRoute[],
  loads: LoadView,
  rng: Rng,
  except: ReplicaRoute | undefined,
): ReplicaRoute | undefined {
  const usable = (replica: ReplicaRoute): boolean =>
    replica !== except && loads.replicaBacklogMs(replica.loadIndex) < Infinity;
  let count = 0;
  for (const replica of replicas) if (usable(replica)) count++;
  let skip = Math.floor(rng() * count);
  for (const replica of replicas) if (usable(replica) && skip-- === 0) return replica;
  return undefined;
}
