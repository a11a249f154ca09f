// Expiry of workers that do not rejoin in time: their rows leave the table, their replicas are placed elsewhere, and
// their load records are marked as not present. Which workers these are is decided in `policy/src/fleet`.

import { milliseconds, type Clock, type WorkerId, type WorkerInfo } from '@pareto/core';
import { planExpiry, type FleetParams, type FleetState } from '@pareto/policy';
import type { Leader } from '../leadership/leadership.js';
import type { LoadFlusher } from '../loads/load-flusher.js';
import type { Mirror } from '../storage/mirror.js';
import type { ProcessProbes } from './process-probes.js';

export interface WorkerExpiryOptions {
  readonly fleet: FleetState;
  readonly leader: Pick<Leader, 'term' | 'onChange'>;
  readonly mirror: Pick<Mirror, 'records'>;
  readonly loads: Pick<LoadFlusher, 'note'>;
  readonly processProbes: ProcessProbes;
  readonly params: FleetParams;
  /** Called when planning or the table may give another result. */
  readonly changed: () => void;
  readonly clock: Clock;
}

export interface WorkerExpiry {
  /** Starts the time that the worker has to rejoin, and probes its process meanwhile. */
  onStreamEnded(info: WorkerInfo): void;
}

/** Interval of the probes of a disconnected worker's process. */
const probeEveryMs = milliseconds(500);
/** Margin, because a timer may fire slightly before its time by the clock. */
const timerMs = 5;

/** Creates the expiry. All workers share one pending check, because a check is linear in the fleet, and one timer for probes. */
export function createWorkerExpiry(options: WorkerExpiryOptions): WorkerExpiry {
  const { fleet, leader, mirror, loads, processProbes, params, changed, clock } = options;
  let pending: { readonly at: number; readonly timer: Disposable } | undefined;
  /** Workers to probe, from the end of their streams until they have rejoined or are gone. */
  const disconnected = new Map<WorkerId, WorkerInfo>();
  let isProbing = false;

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
  const isAwaited = ({ id }: WorkerInfo): boolean =>
    leader.term !== undefined && fleet.presence(id, clock.now(), leader.term.since) === 'awaited';
  /** Probes the disconnected workers until none is awaited. */
  const probeAll = async (): Promise<void> => {
    isProbing = true;
    for (;;) {
      for (const info of disconnected.values()) if (!isAwaited(info)) disconnected.delete(info.id);
      if (disconnected.size === 0) break;
      await Promise.all(Array.from(disconnected.values(), (info) => processProbes.probe(info)));
      await clock.sleep(probeEveryMs);
    }
    isProbing = false;
  };
  return {
    onStreamEnded(info) {
      checkAt(clock.now() + params.rejoinMs);
      disconnected.set(info.id, info);
      if (!isProbing) void probeAll();
    },
  };
}
