// How long a replica that no need counts on is kept.

import type { Milliseconds, VariantId } from '@pareto/core';
import type { PlacementParams, PlacementReplica } from '../../snapshot/snapshot.js';

export interface Retention {
  readonly now: Milliseconds;
  /** Variants that are to be kept only while they are asked for, and since when. */
  readonly cold: ReadonlyMap<VariantId, Milliseconds>;
  readonly params: PlacementParams;
}

/**
 * It was used within `keepWarmMs`. A cold one answered or became ready just now, or within `keepColdMs` where that was since it is
 * cold: asked for again and again it stays, and what nobody asks for goes at once. Workers tell of answers a little later.
 */
export function wasUsedRecently(replica: PlacementReplica | undefined, { now, cold, params }: Retention): boolean {
  if (replica === undefined) return false;
  const { lastUsedAt, since, assignment } = replica;
  const coldSince = cold.get(assignment.variant);
  if (coldSince === undefined) return now - lastUsedAt < params.keepWarmMs;
  const isQueriedSince = since > coldSince || lastUsedAt > coldSince + params.quietMs;
  return now - Math.max(lastUsedAt, since) < (isQueriedSince ? params.keepColdMs : params.quietMs);
}
