// The live fleet: who is connected, what each worker last reported, and what it was ordered to measure. In memory only;
// what a worker said before this controller led comes from the store.

import type {
  Measurement,
  Milliseconds,
  ReplicaId,
  ReplicaReport,
  VariantId,
  WorkerId,
  WorkerInfo,
} from '@pareto/core';
import { sameStates, track, type LiveReplica } from './live-replica.js';
import type { LoadRecord } from './records.js';

export type MeasureTarget = Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>;

export interface WorkerReport {
  readonly replicas: readonly ReplicaReport[];
  readonly memoryUsedBytes: number;
  /** The process is shutting down. */
  readonly draining: boolean;
  readonly measuring: VariantId | undefined;
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
}

type Presence = 'connected' | 'awaited' | 'gone';

export interface FleetState {
  /** Takes the place of a session of before; the replicas of another incarnation are forgotten. */
  join(session: WorkerSession): void;
  leave(session: WorkerSession, now: Milliseconds): void;
  /** True when a replica came, went or changed its state, or the worker its mind: a turn is due. */
  report(id: WorkerId, report: WorkerReport, now: Milliseconds): boolean;
  /** Takes over what the store knows of workers that did not come yet. */
  recover(loads: Iterable<LoadRecord>, now: Milliseconds): void;
  /** What it is to measure; undefined: nothing any more. */
  order(id: WorkerId, target: MeasureTarget | undefined): void;
  forget(id: WorkerId): void;
  session(id: WorkerId): WorkerSession | undefined;
  lastReport(id: WorkerId): WorkerReport | undefined;
  /** For how long no session of it was seen; 0 while it is connected. */
  missingMs(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds): number;
  /** A worker that left is awaited for a while; for longer one that did not come yet since `leadingSince`. */
  presence(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds): Presence;
  replicas(id: WorkerId): ReadonlyMap<ReplicaId, LiveReplica>;
  measuring(id: WorkerId): MeasureTarget | undefined;
  /** Queries that each ended two executors of the variant, on all workers. */
  poisonousQueries(variant: VariantId, version: number): number;
  incarnation(id: WorkerId): string | undefined;
}

export interface FleetParams {
  /** How long a worker whose stream ended may take to come back before its replicas are placed elsewhere. */
  readonly rejoinMs: number;
  /** How long a new leader waits for workers that it knows from the store. */
  readonly firstJoinMs: number;
}

export const defaultFleetParams: FleetParams = { rejoinMs: 2_000, firstJoinMs: 10_000 };

export function createFleetState(params: FleetParams): FleetState {
  const workers = new Map<WorkerId, LiveWorker>();
  return {
    join(session) {
      const { id, incarnation } = session.info;
      const before = workers.get(id);
      before?.session?.end();
      const replicas = before?.incarnation === incarnation ? before.replicas : new Map<ReplicaId, LiveReplica>();
      workers.set(id, { ...unheard, session, incarnation, replicas });
    },
    leave(session, now) {
      const worker = workers.get(session.info.id);
      if (worker?.session !== session) return;
      workers.set(session.info.id, { ...worker, session: undefined, leftAt: now, order: undefined });
    },
    report(id, report, now) {
      const worker = workers.get(id);
      if (worker === undefined) return false;
      const replicas = new Map(
        report.replicas.map((next) => [next.replica, track(worker.replicas.get(next.replica), next, now)]),
      );
      workers.set(id, { ...worker, report, replicas });
      return !sameStates(worker.replicas, replicas) || worker.report?.draining !== report.draining;
    },
    recover(loads, now) {
      for (const { worker: id, incarnation, replicas } of loads) {
        if (workers.has(id)) continue;
        const live = new Map(replicas.map((report) => [report.replica, track(undefined, report, now)]));
        workers.set(id, { ...unheard, incarnation, replicas: live });
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

function presenceOf(
  worker: LiveWorker | undefined,
  { rejoinMs, firstJoinMs }: FleetParams,
  now: Milliseconds,
  leadingSince: Milliseconds,
): Presence {
  if (worker?.session !== undefined) return 'connected';
  const hasLeft = worker !== undefined && worker.leftAt !== neverLeft;
  const isExpected = hasLeft ? now - worker.leftAt < rejoinMs : now - leadingSince < firstJoinMs;
  return isExpected ? 'awaited' : 'gone';
}

const neverLeft = -Infinity as Milliseconds;
const unheard = { session: undefined, leftAt: neverLeft, report: undefined, order: undefined };
