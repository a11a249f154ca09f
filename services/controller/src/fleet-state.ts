// The fleet as this controller knows it: who is connected, what each worker last reported, and what it was ordered to
// measure. Of workers that are not connected here, and on a controller that does not lead, it is what the store says.

import {
  milliseconds,
  type Measurement,
  type Milliseconds,
  type ReplicaId,
  type ReplicaReport,
  type VariantId,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import { sameStates, track, type LiveReplica } from './live-replica.js';
import type { Stored } from './record-tables.js';
import type { LoadRecord } from './records.js';

export type MeasureTarget = Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>;

export interface WorkerReport {
  readonly replicas: readonly ReplicaReport[];
  readonly memoryUsedBytes: number;
  /** The process is shutting down. */
  readonly draining: boolean;
  readonly measuring: VariantId | undefined;
  /** Since it last heard of this controller. */
  readonly controllerAgeMs: number;
}

/** A worker's stream. */
export interface WorkerSession {
  readonly info: WorkerInfo;
  /** Ends the stream: another one of the same worker has come. */
  end(): void;
}

interface LiveWorker {
  readonly session: WorkerSession | undefined;
  /** When the session ended; without one. */
  readonly leftAt: Milliseconds;
  readonly incarnation: string;
  readonly report: WorkerReport | undefined;
  readonly replicas: ReadonlyMap<ReplicaId, LiveReplica>;
  readonly order: MeasureTarget | undefined;
  /** As the store has it; undefined: this controller heard of it later. */
  readonly stored: Stored<LoadRecord> | undefined;
  /** When it last was in touch, both ways. */
  readonly inTouchAt: Milliseconds;
  /** A router said that it does not answer, and it was not in touch since. */
  readonly isDoubted: boolean;
}

type Presence = 'connected' | 'awaited' | 'gone';

export interface FleetState {
  /** Takes the place of a session of before; the replicas of another incarnation are forgotten. */
  join(session: WorkerSession, now: Milliseconds): void;
  leave(session: WorkerSession, now: Milliseconds): void;
  /**
   * True when a replica came, went or changed its state, the worker its mind, or when it is doubted no more: a turn is due.
   * A session that another one took the place of says nothing any more.
   */
  report(session: WorkerSession, report: WorkerReport, now: Milliseconds): boolean;
  /** A router says that it does not answer. True when it was not in touch lately either: the table lets go of it. */
  doubt(id: WorkerId, now: Milliseconds): boolean;
  isDoubted(id: WorkerId): boolean;
  /** Nobody is connected here: the fleet is what the store says, all of it. */
  follow(loads: Iterable<Stored<LoadRecord>>, now: Milliseconds): void;
  /** What it is to measure; undefined: nothing any more. */
  order(id: WorkerId, target: MeasureTarget | undefined): void;
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
  replicas(id: WorkerId): ReadonlyMap<ReplicaId, LiveReplica>;
  measuring(id: WorkerId): MeasureTarget | undefined;
  /** Queries that each ended two executors of the variant, on all workers. */
  poisonousQueries(variant: VariantId, version: number): number;
  incarnation(id: WorkerId): string | undefined;
}

export interface FleetParams {
  /** How long a worker whose stream ended may take to come back before its replicas are placed elsewhere. */
  readonly rejoinMs: number;
  /** How long a new leader waits for workers that it knows from the store, and removes nothing. */
  readonly firstJoinMs: number;
}

export const defaultFleetParams: FleetParams = { rejoinMs: 1_500, firstJoinMs: 10_000 };

export function createFleetState(params: FleetParams): FleetState {
  const workers = new Map<WorkerId, LiveWorker>();
  return {
    join(session, now) {
      const { id, incarnation } = session.info;
      const before = workers.get(id);
      before?.session?.end();
      const replicas = before?.incarnation === incarnation ? before.replicas : new Map<ReplicaId, LiveReplica>();
      workers.set(id, { ...unheard, session, incarnation, replicas, inTouchAt: now });
    },
    leave(session, now) {
      const worker = workers.get(session.info.id);
      if (worker?.session !== session) return;
      workers.set(session.info.id, { ...worker, session: undefined, leftAt: now, order: undefined });
    },
    report(session, report, now) {
      const worker = workers.get(session.info.id);
      if (worker?.session !== session) return false;
      const replicas = trackAll(worker.replicas, report.replicas, now);
      const inTouchAt = milliseconds(now - report.controllerAgeMs);
      const isDoubted = worker.isDoubted && report.controllerAgeMs >= missedMs;
      workers.set(session.info.id, { ...worker, report, replicas, inTouchAt, isDoubted });
      const isOtherwise = worker.isDoubted !== isDoubted || worker.report?.draining !== report.draining;
      return isOtherwise || !sameStates(worker.replicas, replicas);
    },
    doubt(id, now) {
      const worker = workers.get(id);
      if (worker?.session === undefined || worker.isDoubted || now - worker.inTouchAt < missedMs) return false;
      workers.set(id, { ...worker, isDoubted: true });
      return true;
    },
    isDoubted: (id) => workers.get(id)?.isDoubted === true,
    follow(loads, now) {
      const before = new Map(workers);
      workers.clear();
      for (const stored of loads) {
        const { worker: id, incarnation, replicas } = stored.value;
        const known = before.get(id);
        const isSame = known?.session === undefined && known?.stored?.modRevision === stored.modRevision;
        const tracked = (): LiveWorker['replicas'] =>
          trackAll(known?.incarnation === incarnation ? known.replicas : new Map(), replicas, now);
        workers.set(id, isSame ? known : { ...unheard, incarnation, replicas: tracked(), stored });
      }
    },
    order(id, target) {
      const worker = workers.get(id);
      if (worker === undefined) return;
      const report = worker.report && { ...worker.report, measuring: target?.variant };
      workers.set(id, { ...worker, order: target, report });
    },
    forget: (id) => void workers.delete(id),
    session: (id) => workers.get(id)?.session,
    lastReport: (id) => workers.get(id)?.report,
    missingMs(id, now, leadingSince) {
      const worker = workers.get(id);
      return worker?.session === undefined ? now - Math.max(leadingSince, worker?.leftAt ?? neverLeft) : 0;
    },
    presence: (id, now, leadingSince) => presenceOf(workers.get(id), params, now, leadingSince),
    replicas: (id) => workers.get(id)?.replicas ?? new Map(),
    measuring: (id) => workers.get(id)?.order,
    poisonousQueries(variant, version) {
      const reports = [...workers.values()].flatMap(({ replicas }) =>
        [...replicas.values()].map((live) => live.report),
      );
      const own = reports.filter((report) => report.variant === variant && report.version === version);
      return own.reduce((sum, { poisonousQueries }) => sum + poisonousQueries, 0);
    },
    incarnation: (id) => workers.get(id)?.incarnation,
  };
}

const trackAll = (
  before: LiveWorker['replicas'],
  reports: readonly ReplicaReport[],
  now: Milliseconds,
): LiveWorker['replicas'] =>
  new Map(reports.map((report) => [report.replica, track(before.get(report.replica), report, now)]));

function presenceOf(
  worker: LiveWorker | undefined,
  { rejoinMs, firstJoinMs }: FleetParams,
  now: Milliseconds,
  leadingSince: Milliseconds | undefined,
): Presence {
  if (worker?.session !== undefined) return 'connected';
  if (worker?.stored?.value.present === false) return 'gone';
  if (leadingSince === undefined) return worker === undefined ? 'awaited' : 'connected';
  const hasLeft = worker !== undefined && worker.leftAt !== neverLeft;
  const isExpected = hasLeft ? now - worker.leftAt < rejoinMs : now - leadingSince < firstJoinMs;
  return isExpected ? 'awaited' : 'gone';
}

const neverLeft = -Infinity as Milliseconds;
/** Workers and controllers speak twice a second: longer than what it takes to hear back. */
const missedMs = 1_100;
const unheard = {
  session: undefined,
  leftAt: neverLeft,
  report: undefined,
  order: undefined,
  stored: undefined,
  inTouchAt: neverLeft,
  isDoubted: false,
};
