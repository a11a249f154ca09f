// The state of all workers in memory: their sessions, last reports, and orders to make or measure. On a controller that
// does not lead, and for workers that have not joined yet, the state comes from the load records in the store.

import type { Milliseconds, ReplicaId, VariantId, WorkerId, WorkerInfo } from '@pareto/core';
import { createIsolation } from './isolation.js';
import type { LiveReplica } from './live-replica.js';
import {
  extendGrace,
  followed,
  isStateChange,
  joined,
  never,
  presenceOf,
  checkNotReplaced,
  reported,
  sameTarget,
  untilSuspectedMs,
  variantOf,
  type FleetParams,
  type LiveWorker,
  type Presence,
  type WorkerReport,
  type WorkerSession,
  type WorkTarget,
} from './live-worker.js';
import type { Stored } from '../storage/record-tables.js';
import type { LoadRecord } from '../storage/records.js';

export interface FleetState {
  /** Throws `already-exists` if another process has joined with the same worker id and replaced the given process. */
  admit(info: Pick<WorkerInfo, 'id' | 'address' | 'incarnation'>): void;
  /** Starts a session, which replaces the worker's previous one. Drops the replicas of another incarnation. */
  join(session: WorkerSession, now: Milliseconds): void;
  /** Ends a session. Does nothing if it was replaced. */
  leave(session: WorkerSession, now: Milliseconds): void;
  /**
   * Applies a report. Returns true if a turn of the control loop is due: a replica was added, removed or changed its
   * state, the worker started or stopped draining, or it is no longer suspected. Ignores a session that was replaced.
   */
  report(session: WorkerSession, report: WorkerReport, now: Milliseconds): boolean;
  /**
   * Marks a worker that a router can't reach as suspected. Returns true, and the worker's rows leave the table, if the
   * worker is unresponsive here too, while others are not.
   */
  suspect(id: WorkerId, now: Milliseconds): boolean;
  /** Returns the time until the worker counts as unresponsive. Undefined if it is disconnected or already suspected. */
  untilSuspectedMs(id: WorkerId, now: Milliseconds): Milliseconds | undefined;
  /** Returns whether the worker is suspected to be unreachable. */
  isSuspected(id: WorkerId): boolean;
  /** Replaces the whole state by the load records in the store, on a controller that does not lead. */
  follow(loads: Iterable<Stored<LoadRecord>>, now: Milliseconds): void;
  /** Orders the worker to make a file or measure a variant. Undefined withdraws the order. */
  order(id: WorkerId, target: WorkTarget | undefined): void;
  /** Withdraws the order if it is for this target. */
  finish(id: WorkerId, target: WorkTarget): void;
  forget(id: WorkerId): void;
  session(id: WorkerId): WorkerSession | undefined;
  lastReport(id: WorkerId): WorkerReport | undefined;
  /** Returns the time since the worker's last session, at most since `leadingSince`. 0 while it is connected. */
  missingMs(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds): number;
  /**
   * Returns the worker's presence. A worker that left is awaited for `rejoinMs`, one that has not joined since
   * `leadingSince` for `firstJoinMs`. If `leadingSince` is undefined, the presence in the store counts.
   */
  presence(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): Presence;
  /**
   * Returns whether the worker is connected or within its time to rejoin. Unlike `presence`, this time also passes
   * during isolation.
   */
  isExpected(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): boolean;
  replicas(id: WorkerId): ReadonlyMap<ReplicaId, LiveReplica>;
  /** Returns the worker's order. Undefined if it has none. */
  ordered(id: WorkerId): WorkTarget | undefined;
  /** Returns the number of queries, on all workers, that each killed two executors of the variant. */
  poisonousQueries(variant: VariantId, version: number): number;
  incarnation(id: WorkerId): string | undefined;
}

export const defaultFleetParams: FleetParams = { rejoinMs: 1_500, firstJoinMs: 10_000 };

/**
 * Creates an empty fleet. No worker expires or is suspected while no worker sends anything (see `isolation.ts`). After
 * that, the workers get as long to rejoin as with a new leader.
 */
export function createFleetState(params: FleetParams): FleetState {
  const workers = new Map<WorkerId, LiveWorker>();
  const isolation = createIsolation((since, now) => {
    for (const [id, worker] of workers) workers.set(id, extendGrace(worker, params, since, now));
  });

  function order(id: WorkerId, target: WorkTarget | undefined): void {
    const worker = workers.get(id);
    if (worker === undefined) return;
    const measuring = target && variantOf(target);
    const report = worker.report && { ...worker.report, measuring, progress: '' };
    workers.set(id, { ...worker, order: target, report });
  }

  return {
    admit: (info) => checkNotReplaced(workers.get(info.id), info),
    join(session, now) {
      const { id } = session.info;
      isolation.onReceived(now);
      const before = workers.get(id);
      before?.session?.end();
      workers.set(id, joined(before, session, now));
    },
    leave(session, now) {
      const worker = workers.get(session.info.id);
      if (worker?.session !== session) return;
      workers.set(session.info.id, { ...worker, session: undefined, leftAt: now, order: undefined });
    },
    report(session, report, now) {
      const worker = workers.get(session.info.id);
      if (worker?.session !== session) return false;
      isolation.onReceived(now);
      const after = reported(worker, report, now);
      workers.set(session.info.id, after);
      return isStateChange(worker, after);
    },
    suspect(id, now) {
      const worker = workers.get(id);
      if (worker === undefined || isolation.isIsolated(now) || untilSuspectedMs(worker, now) !== 0) return false;
      workers.set(id, { ...worker, isSuspected: true });
      return true;
    },
    untilSuspectedMs: (id, now) => untilSuspectedMs(workers.get(id), now),
    isSuspected: (id) => workers.get(id)?.isSuspected === true,
    follow(loads, now) {
      const before = new Map(workers);
      isolation.reset();
      workers.clear();
      for (const stored of loads) {
        const { worker: id } = stored.value;
        workers.set(id, followed(before.get(id), stored, now));
      }
    },
    order,
    finish(id, target) {
      const ordered = workers.get(id)?.order;
      if (ordered !== undefined && sameTarget(ordered, target)) order(id, undefined);
    },
    forget: (id) => void workers.delete(id),
    session: (id) => workers.get(id)?.session,
    lastReport: (id) => workers.get(id)?.report,
    missingMs(id, now, leadingSince) {
      const worker = workers.get(id);
      return worker?.session === undefined ? now - Math.max(leadingSince, worker?.leftAt ?? never) : 0;
    },
    presence: (id, now, leadingSince) => presenceOf(workers.get(id), params, isolation.absentUntil(now), leadingSince),
    isExpected: (id, now, leadingSince) => presenceOf(workers.get(id), params, now, leadingSince) !== 'gone',
    replicas: (id) => workers.get(id)?.replicas ?? new Map(),
    ordered: (id) => workers.get(id)?.order,
    poisonousQueries: (variant, version) => countPoisonousQueries(workers.values(), variant, version),
    incarnation: (id) => workers.get(id)?.incarnation,
  };
}

function countPoisonousQueries(workers: Iterable<LiveWorker>, variant: VariantId, version: number): number {
  const reports = [...workers].flatMap(({ replicas }) => [...replicas.values()].map((live) => live.report));
  const own = reports.filter((report) => report.variant === variant && report.version === version);
  return own.reduce((sum, { poisonousQueries }) => sum + poisonousQueries, 0);
}
