// Which replica of the chosen variant: power of two choices on predicted completion.

import type { Candidate, ReplicaRoute, Rng } from '@pareto/core';
import type { LoadView } from './load-view.js';

/**
 * Draws two different usable replicas and takes the one with the shorter wait (their service time is the same profile).
 * Undefined when none is usable. Source: Mitzenmacher 2001, "The power of two choices in randomized load balancing".
 */
export function pickReplica(candidate: Candidate, loads: LoadView, rng: Rng): ReplicaRoute | undefined {
  const first = drawUsable(candidate.replicas, loads, rng, undefined);
  if (first === undefined) return undefined;
  const second = drawUsable(candidate.replicas, loads, rng, first);
  if (second === undefined) return first;
  return loads.replicaBacklogMs(second.loadIndex) < loads.replicaBacklogMs(first.loadIndex) ? second : first;
}

/** One of the usable replicas other than `except`, each equally likely. */
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
