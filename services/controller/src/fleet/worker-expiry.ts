// Giving up on workers: at the moment when one has been awaited for long enough, its rows leave the table, what it held is
// placed elsewhere, and the store learns that it is gone.

import { milliseconds, type Clock } from '@pareto/core';
import type { FleetState } from './fleet-state.js';
import type { Leader } from '../leadership/leadership.js';
import type { FleetParams } from './live-worker.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { Mirror } from '../storage/mirror.js';

export interface WorkerExpiryOptions {
  readonly fleet: FleetState;
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly loads: LoadFlusher;
  readonly params: FleetParams;
  /** Planning and the table come out otherwise now. */
  readonly changed: () => void;
  readonly clock: Clock;
}

export interface WorkerExpiry {
  /** A worker's stream has ended. */
  onStreamEnded(): void;
}

/** A timer may ring a moment before its time by the clock: nobody would be gone yet. */
const timerMs = 5;
/** Who is still awaited then may have been given more time since. */
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
