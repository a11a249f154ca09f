// Giving up on workers: at the moment when one has been awaited for long enough, its rows leave the table, what it held is
// placed elsewhere, and the store learns that it is gone.

import { milliseconds, type Clock } from '@pareto/core';
import type { FleetState } from './fleet-state.js';
import type { Leader } from './leadership.js';
import type { FleetParams } from './live-worker.js';
import type { LoadFlusher } from './load-flusher.js';
import type { Mirror } from './mirror.js';

export interface RollCallOptions {
  readonly fleet: FleetState;
  readonly leader: Leader;
  readonly mirror: Mirror;
  readonly loads: LoadFlusher;
  readonly params: FleetParams;
  /** Planning and the table come out otherwise now. */
  readonly changed: () => void;
  readonly clock: Clock;
}

export interface RollCall {
  /** A worker's stream has ended. */
  left(): void;
}

/** A timer may ring a moment before its time by the clock: nobody would be gone yet. */
const timerMs = 5;

export function createRollCall(options: RollCallOptions): RollCall {
  const { leader, params, changed, clock } = options;
  const callIn = (delayMs: number): void => {
    clock.after(milliseconds(delayMs + timerMs), () => {
      if (leader.term === undefined) return;
      giveUp(options, leader.term.since);
      changed();
    });
  };
  leader.onChange(() => {
    if (leader.term !== undefined) callIn(params.firstJoinMs);
  });
  return { left: () => callIn(params.rejoinMs) };
}

function giveUp({ fleet, mirror, loads, clock }: RollCallOptions, leadingSince: ReturnType<Clock['now']>): void {
  for (const { value } of mirror.records.loads.values()) {
    const { worker, incarnation } = value;
    if (!value.present || fleet.presence(worker, clock.now(), leadingSince) !== 'gone') continue;
    const isSame = fleet.incarnation(worker) === incarnation;
    const replicas = isSame ? Array.from(fleet.replicas(worker).values(), ({ report }) => report) : value.replicas;
    loads.note({ worker, incarnation, present: false, replicas }, true);
  }
}
