// The retention of replicas that no need requires.

import type { Milliseconds, VariantId } from '@pareto/core';
import type { PlacementParams, PlacementReplica } from '../../snapshot/snapshot.js';
import type { Horizon } from './horizon.js';

export interface Retention {
  readonly horizon: Horizon;
  /** Variants that are kept only while queries use them, each with the time since when. */
  readonly cold: ReadonlyMap<VariantId, Milliseconds>;
  readonly params: PlacementParams;
}

/**
 * Returns whether a replica was used within `keepWarmMs`. A cold variant's replica counts as used within `keepColdMs`
 * if it answered or became ready after the variant became cold, otherwise within `quietMs`, which covers the delay of
 * reports. So cold variants stay while queries use them, and unused ones are unloaded immediately.
 */
export function wasUsedRecently(replica: PlacementReplica | undefined, { horizon, cold, params }: Retention): boolean {
  if (replica === undefined) return false;
  const { lastUsedAt, since, assignment } = replica;
  const coldSince = cold.get(assignment.variant);
  if (coldSince === undefined) return !horizon.hasCome(lastUsedAt + params.keepWarmMs);
  const isQueriedSince = since > coldSince || lastUsedAt > coldSince + params.quietMs;
  return !horizon.hasCome(Math.max(lastUsedAt, since) + (isQueriedSince ? params.keepColdMs : params.quietMs));
}
