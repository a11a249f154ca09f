// The times of recent unloads, which limit how fast surplus replicas are unloaded, and evicted ones return.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot } from '../snapshot/snapshot.js';
import { placeKey, versionKey } from '../snapshot/versions.js';

export type RecentUnloads = Pick<PlacementSnapshot, 'unloadedAt' | 'evictedAt'>;

export const noUnloads: RecentUnloads = { unloadedAt: new Map(), evictedAt: new Map() };

/** Returns the recent unloads with those of a plan, and without those that no longer matter. */
export function observeUnloads(
  before: RecentUnloads,
  actions: readonly PlanAction[],
  now: Milliseconds,
  { surplusMs, returnMs }: Pick<PlacementParams, 'surplusMs' | 'returnMs'>,
): RecentUnloads {
  const unloadedAt = recent(before.unloadedAt, now, surplusMs);
  const evictedAt = recent(before.evictedAt, now, returnMs);
  for (const action of actions) {
    if (action.kind !== 'unload') continue;
    const { variant, version, worker } = action.assignment;
    unloadedAt.set(versionKey(variant, version), now);
    if (action.evicted === true) evictedAt.set(placeKey(variant, version, worker), now);
  }
  return { unloadedAt, evictedAt };
}

const recent = (
  before: ReadonlyMap<string, Milliseconds>,
  now: Milliseconds,
  ms: Milliseconds,
): Map<string, Milliseconds> => new Map([...before].filter(([, at]) => now - at < ms));
