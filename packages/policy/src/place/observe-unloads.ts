// The times of recent unloads, which limit how fast surplus replicas are unloaded.

import type { Milliseconds, PlanAction } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot } from '../snapshot/snapshot.js';
import { versionKey } from '../snapshot/versions.js';

/** Returns `unloadedAt` with the unloads of a plan, and without those that no longer matter. */
export function observeUnloads(
  before: PlacementSnapshot['unloadedAt'],
  actions: readonly PlanAction[],
  now: Milliseconds,
  { surplusMs }: Pick<PlacementParams, 'surplusMs'>,
): PlacementSnapshot['unloadedAt'] {
  const unloadedAt = new Map([...before].filter(([, at]) => now - at < surplusMs));
  for (const action of actions) {
    if (action.kind !== 'unload') continue;
    const { variant, version } = action.assignment;
    unloadedAt.set(versionKey(variant, version), now);
  }
  return unloadedAt;
}
