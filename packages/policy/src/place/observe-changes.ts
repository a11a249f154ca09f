// The recent loads and unloads, which limit how fast surplus replicas are unloaded, evicted ones return, and failed ones are
// loaded again.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { PlacementParams, RecentChanges, RecentLoads } from '../snapshot/snapshot.js';
import { placeKey, versionKey } from '../snapshot/versions.js';

export const noChanges: RecentChanges = { unloadedAt: new Map(), evictedAt: new Map(), recentLoads: new Map() };

type Params = Pick<PlacementParams, 'surplusMs' | 'returnMs' | 'idleMs' | 'maxRetryMs'>;

/** Returns the recent changes with those of a plan, and without those that no longer matter. */
export function observeChanges(
  before: RecentChanges,
  actions: readonly PlanAction[],
  now: Milliseconds,
  { surplusMs, returnMs, idleMs, maxRetryMs }: Params,
): RecentChanges {
  const itself = (at: Milliseconds): Milliseconds => at;
  const unloadedAt = recent(before.unloadedAt, itself, now, surplusMs);
  const evictedAt = recent(before.evictedAt, itself, now, Math.max(returnMs, idleMs) as Milliseconds);
  const recentLoads = recent(before.recentLoads, ({ lastAt }: RecentLoads) => lastAt, now, maxRetryMs);
  for (const action of actions) {
    if (action.kind !== 'load' && action.kind !== 'unload') continue;
    const { variant, version, worker } = action.assignment;
    const key = versionKey(variant, version);
    const loads = recentLoads.get(key);
    if (action.kind === 'unload') unloadedAt.set(key, now);
    else if (loads?.lastAt !== now) recentLoads.set(key, { count: (loads?.count ?? 0) + 1, lastAt: now });
    if (action.kind === 'unload' && action.evicted === true) evictedAt.set(placeKey(variant, version, worker), now);
  }
  return { unloadedAt, evictedAt, recentLoads };
}

const recent = <T>(
  before: ReadonlyMap<string, T>,
  timeOf: (value: T) => Milliseconds,
  now: Milliseconds,
  ms: Milliseconds,
): Map<string, T> => new Map([...before].filter(([, value]) => now - timeOf(value) < ms));
