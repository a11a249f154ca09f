// Which workers are gone (`presence.ts` decides when), so that their loads are marked as not present, and when to check again.

import { milliseconds, type Milliseconds } from '@pareto/core';
import type { FleetState } from './fleet-state.js';
import type { StoredLoad, WorkerLoad } from './live-worker.js';

export interface ExpiryPlan {
  /** Loads to store: those of the workers that have not rejoined in time. */
  readonly expired: readonly WorkerLoad[];
  /** Time of the next check. Infinity if no worker is awaited. */
  readonly nextAt: Milliseconds;
}

/** Interval of further checks while workers are awaited, whose time to rejoin may be extended or cut short. */
const recheckMs = 1_000;
/** Minimum time between two checks, so that many workers that leave one after the other share a check. */
const spacingMs = 50;

/** Returns the present ones of the loads whose workers are gone, except those that departed. */
export function planExpiry(
  loads: Iterable<StoredLoad>,
  fleet: Pick<FleetState, 'presence' | 'presenceChangesAt' | 'hasDeparted' | 'incarnation' | 'replicas'>,
  now: Milliseconds,
  leadingSince: Milliseconds,
): ExpiryPlan {
  const expired: WorkerLoad[] = [];
  let nextAt: number = fleet.presenceChangesAt(now, leadingSince);
  for (const { value } of loads) {
    if (!value.present || fleet.hasDeparted(value.worker)) continue;
    const presence = fleet.presence(value.worker, now, leadingSince);
    if (presence === 'awaited') nextAt = Math.min(nextAt, now + recheckMs);
    if (presence === 'gone') expired.push(expiredLoad(value, fleet));
  }
  return { expired, nextAt: milliseconds(Math.max(nextAt, now + spacingMs)) };
}

/** Returns the load to store, with the latest reports of the same process. */
function expiredLoad(
  { worker, incarnation, replicas }: WorkerLoad,
  fleet: Pick<FleetState, 'incarnation' | 'replicas'>,
): WorkerLoad {
  const isSame = fleet.incarnation(worker) === incarnation;
  const latest = isSame ? Array.from(fleet.replicas(worker).values(), ({ report }) => report) : replicas;
  return { worker, incarnation, present: false, replicas: latest };
}
