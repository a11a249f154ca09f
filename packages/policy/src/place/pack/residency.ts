// Whether a replica may be evicted for a need.

import { milliseconds } from '@pareto/core';
import type { PlanningContext } from '../context/context.js';
import type { Entry } from '../ledger/entry.js';
import type { Need } from '../needs/need.js';

/**
 * Returns the condition of the replicas that a need may evict. A replica whose own need would load it again stays while it loads
 * and for `minResidencyMs` after it was ready first, or else most loads are wasted where memory is short. Held queries need not wait
 * for one that has not answered yet and has no demand, but evict a busy one only after `busyMs`.
 */
export function mayGiveWay({ params, horizon }: PlanningContext, { returns }: Need): (entry: Entry) => boolean {
  const { minResidencyMs, loadingMs, quietMs, busyLoad, busyMs } = params;
  const hasPassed = (ms: number, since: number): boolean => horizon.hasCome(milliseconds(since + ms));
  return (entry) => {
    const { claim, existing, load } = entry;
    if (existing === undefined || claim === undefined || !claim.evicts || claim.givesWay) return true;
    const { since, readyAt, lastUsedAt } = existing;
    const isHeld = returns === 'evicting';
    if (isHeld && load === 0 && lastUsedAt <= since) return true;
    if (readyAt === undefined) return hasPassed(loadingMs, since);
    if (!hasPassed(minResidencyMs, readyAt)) return false;
    return !isHeld || load <= busyLoad || hasPassed(quietMs, lastUsedAt) || hasPassed(busyMs, readyAt);
  };
}
