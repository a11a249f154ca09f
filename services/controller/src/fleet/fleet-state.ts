// The fleet as this controller knows it: who is connected, what each worker last reported, and what it was ordered to
// make or measure. Of workers that are not connected here, and on a controller that does not lead, it is what the store says.

import type { Milliseconds, ReplicaId, VariantId, WorkerId, WorkerInfo } from '@pareto/core';
import { createIsolation } from './isolation.js';
import type { LiveReplica } from './live-replica.js';
import {
  extendGrace,
  followed,
  isStateChange,
  joined,
  neverLeft,
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
  /** Throws `already-exists` when another process runs as that worker, and took the place of this one. */
  admit(info: Pick<WorkerInfo, 'id' | 'address' | 'incarnation'>): void;
  /** Takes the place of a session of before; the replicas of another incarnation are forgotten. */
  join(session: WorkerSession, now: Milliseconds): void;
  leave(session: WorkerSession, now: Milliseconds): void;
  /**
   * True when a replica came, went or changed its state, the worker its mind, or when it is doubted no more: a turn is due.
   * A session that another one took the place of says nothing any more.
   */
  report(session: WorkerSession, report: WorkerReport, now: Milliseconds): boolean;
  /** A router says that it does not answer. True when others were heard lately, and it was not: the table lets go of it. */
  suspect(id: WorkerId, now: Milliseconds): boolean;
  /** Until it could be doubted, should it not be in touch before; undefined: it is not connected, or is doubted already. */
  untilSuspectedMs(id: WorkerId, now: Milliseconds): Milliseconds | undefined;
  isSuspected(id: WorkerId): boolean;
  /** Nobody is connected here: the fleet is what the store says, all of it. */
  follow(loads: Iterable<Stored<LoadRecord>>, now: Milliseconds): void;
  /** What it is to make or measure; undefined: nothing any more. */
  order(id: WorkerId, target: WorkTarget | undefined): void;
  /** It has come to an end with that. */
  finish(id: WorkerId, target: WorkTarget): void;
  forget(id: WorkerId): void;
  session(id: WorkerId): WorkerSession | undefined;
  lastReport(id: WorkerId): WorkerReport | undefined;
  /** For how long no session of it was seen; 0 while it is connected. */
  missingMs(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds): number;
  /**
   * A worker that left is awaited for a while; for longer one that did not come yet since `leadingSince`. Without that, the
   * store's word is taken.
   */
  presence(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): Presence;
  /** It is connected, or missing for no longer than a worker may be: it is not given up only for want of others. */
  isExpected(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): boolean;
  replicas(id: WorkerId): ReadonlyMap<ReplicaId, LiveReplica>;
  ordered(id: WorkerId): WorkTarget | undefined;
  /** Queries that each ended two executors of the variant, on all workers. */
  poisonousQueries(variant: VariantId, version: number): number;
  incarnation(id: WorkerId): string | undefined;
}

export const defaultFleetParams: FleetParams = { rejoinMs: 1_500, firstJoinMs: 10_000 };

/**
 * While no worker sends anything, none expires and none is suspected (see `isolation.ts`). When one does again, the others get
 * as long to rejoin as with a new leader.
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
      return worker?.session === undefined ? now - Math.max(leadingSince, worker?.leftAt ?? neverLeft) : 0;
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
