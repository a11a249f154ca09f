// Replicas that have been Interfered for so long that their profile may be wrong.

import type { Milliseconds } from '@pareto/core';
import { utilisationOf, type LiveReplica } from '../fleet/live-replica.js';
import { classifyVariant, defaultClassifyParams } from './classify-variant.js';

const lastingMs = 300_000;

/**
 * Returns the replicas whose variant is to be profiled again. A replica that its own load fills is not: a measurement
 * would take time from its queries.
 */
export const lastinglyInterfered = (replicas: Iterable<LiveReplica>, now: Milliseconds): readonly LiveReplica[] =>
  [...replicas].filter((replica) => now - (replica.interferedSince ?? now) >= lastingMs && isDisturbed(replica));

function isDisturbed(replica: LiveReplica): boolean {
  const { state, interfered } = replica.report;
  const observed = { replicasReady: state === 'ready' ? 1 : 0, utilisation: utilisationOf(replica), interfered };
  return classifyVariant(observed, defaultClassifyParams) === 'interfered';
}
