// Expiry of workers that do not rejoin in time (`policy/src/fleet` decides which): their rows leave the
// table, their replicas are placed elsewhere, and their load records are marked as not present.

import { milliseconds, type Clock } from '@pareto/core';
import type { FleetParams, FleetState } from '@pareto/policy';
import type { Leader } from '../leadership/leadership.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { Mirror } from '../storage/mirror.js';

export interface WorkerExpiryOptions {
  readonly fleet: FleetState;
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly loads: LoadFlusher;
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
/** Interval of further checks while workers are awaited, whose time to rejoin may have been extended. */
const recheckMs = 1_000;

export function createWorkerExpiry(options: WorkerExpiryOptions): WorkerExpiry {
  const { leader, params, changed, clock } = options;
  let isRepeating = false;
  const expire = (): void => {
    if (leader.term === undefined) return;
    expireWorkers(options, leader.term.since);
    changed();
    if (!isRepeating && isAnyAwaited(options, leader.term.since)) repeat();
  };
  const repeat = (): void => {
    isRepeating = true;
    clock.after(milliseconds(recheckMs), () => {
      isRepeating = false;
      expire();
    });
  };
  const expireIn = (delayMs: number): void => void clock.after(milliseconds(delayMs + timerMs), expire);
  leader.onChange(() => {
    if (leader.term !== undefined) expireIn(params.firstJoinMs);
  });
  return { onStreamEnded: () => expireIn(params.rejoinMs) };
}

type Time = ReturnType<Clock['now']>;

const isAnyAwaited = ({ fleet, mirror, clock }: WorkerExpiryOptions, leadingSince: Time): boolean =>
  [...mirror.records.loads.values()].some(
    ({ value }) => value.present && fleet.presence(value.worker, clock.now(), leadingSince) === 'awaited',
  );

function expireWorkers({ fleet, mirror, loads, clock }: WorkerExpiryOptions, leadingSince: Time): void {
  for (const { value } of mirror.records.loads.values()) {
    const { worker, incarnation } = value;
    if (!value.present || fleet.presence(worker, clock.now(), leadingSince) !== 'gone') continue;
    const isSame = fleet.incarnation(worker) === incarnation;
    const replicas = isSame ? Array.from(fleet.replicas(worker).values(), ({ report }) => report) : value.replicas;
    loads.note({ worker, incarnation, present: false, replicas }, true);
  }
}
