// How long a replica that no need counts on is kept.

import type { Milliseconds, VariantId } from '@pareto/core';
import type { PlacementParams, PlacementReplica } from './snapshot.js';

export interface Keeping {
  readonly now: Milliseconds;
  /** Variants that are to be kept only while they are asked for, and since when. */
  readonly cold: ReadonlyMap<VariantId, Milliseconds>;
  readonly params: PlacementParams;
}

/**
 * It was used within `keepWarmMs`; of a cold one, it answered or became ready within `keepColdMs` and since it is cold, or
 * answered just now: asked for again and again it stays, and what nobody asks for goes at once.
 */
export function isUsedLately(replica: PlacementReplica | undefined, { now, cold, params }: Keeping): boolean {
  if (replica === undefined) return false;
  const { lastUsedAt, since, assignment } = replica;
  const coldSince = cold.get(assignment.variant);
  if (coldSince === undefined) return now - lastUsedAt < params.keepWarmMs;
  const at = Math.max(lastUsedAt, since);
  return now - at < (at > coldSince ? params.keepColdMs : params.quietMs);
}
