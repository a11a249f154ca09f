// Expiry of workers that do not rejoin in time: their rows leave the table, their replicas are placed elsewhere, and
// their load records are marked as not present. Which workers these are is decided in `policy/src/fleet`.

import { milliseconds, type Clock } from '@pareto/core';
import { planExpiry, type FleetParams, type FleetState } from '@pareto/policy';
import type { Leader } from '../leadership/leadership.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { Mirror } from '../storage/mirror.js';

export interface WorkerExpiryOptions {
  readonly fleet: FleetState;
  readonly leader: Pick<Leader, 'term' | 'onChange'>;
  readonly mirror: Pick<Mirror, 'records'>;
  readonly loads: Pick<LoadFlusher, 'note'>;
  readonly params: FleetParams;
  /** Called when planning or the table may give another result. */
  readonly changed: () => void;
  readonly clock: Clock;
}

export interface WorkerExpiry {
  /** Starts the time that the worker has to rejoin. */
  onStreamEnded(): void;
}

/** Margin, because a timer may fire slightly before its time by the clock. */
const timerMs = 5;

/** Creates the expiry. All workers share one pending check, because a check is linear in the fleet. */
export function createWorkerExpiry(options: WorkerExpiryOptions): WorkerExpiry {
  const { fleet, leader, mirror, loads, params, changed, clock } = options;
  let pending: { readonly at: number; readonly timer: Disposable } | undefined;

  /** Requests a check at this time. An earlier one that is pending suffices, because it requests the next one. */
  const checkAt = (at: number): void => {
    if (at === Infinity || (pending !== undefined && pending.at <= at)) return;
    pending?.timer[Symbol.dispose]();
    pending = { at, timer: clock.after(milliseconds(at - clock.now() + timerMs), check) };
  };
  const check = (): void => {
    pending = undefined;
    if (leader.term === undefined) return;
    const { expired, nextAt } = planExpiry(mirror.records.loads.values(), fleet, clock.now(), leader.term.since);
    for (const load of expired) loads.note(load, true);
    changed();
    checkAt(nextAt);
  };
  leader.onChange(() => {
    if (leader.term !== undefined) checkAt(clock.now() + params.firstJoinMs);
  });
  return { onStreamEnded: () => checkAt(clock.now() + params.rejoinMs) };
}
