// The times of recent unloads, which limit how fast surplus replicas are unloaded, and evicted ones return.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot } from '../snapshot/snapshot.js';
import { placeKey, versionKey } from '../snapshot/versions.js';

/** Returns `unloadedAt` with the unloads of a plan, and without those that no longer matter. */
export function observeUnloads(
  before: PlacementSnapshot['unloadedAt'],
  actions: readonly PlanAction[],
  now: Milliseconds,
  { surplusMs }: Pick<PlacementParams, 'surplusMs'>,
): PlacementSnapshot['unloadedAt'] {
  const unloadedAt = recent(before, now, surplusMs);
  for (const action of actions) {
    if (action.kind !== 'unload') continue;
    const { variant, version } = action.assignment;
    unloadedAt.set(versionKey(variant, version), now);
  }
  return unloadedAt;
}

/** Returns `evictedAt` with the evictions of a plan, and without those that no longer matter. */
export function observeEvictions(
  before: PlacementSnapshot['evictedAt'],
  actions: readonly PlanAction[],
  now: Milliseconds,
  { returnMs }: Pick<PlacementParams, 'returnMs'>,
): PlacementSnapshot['evictedAt'] {
  const evictedAt = recent(before, now, returnMs);
  for (const action of actions) {
    if (action.kind !== 'unload' || action.evicted !== true) continue;
    const { variant, version, worker } = action.assignment;
    evictedAt.set(placeKey(variant, version, worker), now);
  }
  return evictedAt;
}

const recent = (
  before: ReadonlyMap<string, Milliseconds>,
  now: Milliseconds,
  ms: Milliseconds,
): Map<string, Milliseconds> => new Map([...before].filter(([, at]) => now - at < ms));
