// The state of all workers: their sessions, last reports, and orders to make or measure. On a controller that does not
// lead, and for workers that have not joined yet, the state comes from the loads in the store. It is a reducer: it
// takes events with their times, has no effects, and the same events always give the same state.

import { milliseconds, type Milliseconds, type VariantId, type WorkerId, type WorkerInfo } from '@pareto/core';
import { createIsolation } from './isolation.js';
import { noReplicas, type LiveReplicas } from './live-replica.js';
import {
  answered,
  excuseAbsence,
  followed,
  hasDeparted,
  heard,
  isProbeEvidence,
  isStateChange,
  isUnresponsive,
  joined,
  left,
  never,
  ordered,
  reported,
  untilSuspectedMs,
  type LiveWorker,
  type SessionEnd,
  type StoredLoad,
  type WorkerReport,
  type WorkerSession,
} from './live-worker.js';
import {
  awaitedUntil,
  extendGrace,
  forgettableAt,
  isGone,
  isLost,
  presenceOf,
  type FleetParams,
  type Presence,
} from './presence.js';
import type { PlacementWorker } from '../snapshot/snapshot.js';
import { sameTarget, type WorkTarget } from './work-target.js';
import { createWorkerTable } from './worker-table.js';

/** The parts of a worker's state that snapshots have. */
export interface ObservedWorker extends Pick<PlacementWorker, 'presence' | 'absentSince' | 'isSilent' | 'emptySince'> {
  /** State of the worker. Undefined if it is unknown. */
  readonly live: LiveWorker | undefined;
}

export interface FleetState {
  /**
   * Number that increases with each change that planning or the routing table can see: of sessions, orders, adoptions,
   * suspicions, draining, replicas, their states and memory. It stays the same for counters, ages, progress and times of use, and
   * for what changes by the passage of time alone (see `presenceChangesAt`).
   */
  readonly revision: number;
  /** Number that increases with each of these changes that can change a presence: of sessions, of processes, and of the presence in the store. */
  readonly membersRevision: number;
  /** Returns the revision of the worker's last change that `revision` counts. 0 if the worker is unknown. */
  changedAt(id: WorkerId): number;
  /**
   * Returns the next time at which the presence of some worker, known or unknown, or whether it is expected, may change
   * by the passage of time alone. Infinity if there is none before the next change of `revision` or `leadingSince`.
   */
  presenceChangesAt(now: Milliseconds, leadingSince: Milliseconds | undefined): Milliseconds;
  /**
   * Returns the connected process that has replaced the given one, because it joined later with the same worker id.
   * Undefined if the given process may join.
   */
  replacementOf(info: Pick<WorkerInfo, 'id' | 'incarnation'>): WorkerInfo | undefined;
  /**
   * Starts a session. Drops the replicas of another incarnation. Returns the worker's previous session, which the
   * caller has to end. Undefined if there was none.
   */
  join(session: WorkerSession, now: Milliseconds): WorkerSession | undefined;
  /**
   * Ends a session. A worker that departed is gone immediately, unless its process had replaced another one with the same id, which may
   * still run. Does nothing if the session was replaced.
   */
  leave(session: WorkerSession, now: Milliseconds, end?: SessionEnd): void;
  /**
   * Applies a report. Returns true if a turn of the control loop is due: a replica was added or removed, changed its
   * state, or is Interfered or not any more; the worker started or stopped draining, or is no longer suspected. Ignores a
   * session that was replaced.
   */
  report(session: WorkerSession, report: WorkerReport, now: Milliseconds): boolean;
  /**
   * Applies a heartbeat: the worker is there, and last received a message of this controller `controllerAgeMs` ago. Returns
   * true if it is no longer suspected. Ignores a session that was replaced.
   */
  hear(session: WorkerSession, controllerAgeMs: number, now: Milliseconds): boolean;
  /**
   * Records that the process of a worker that sends nothing answered a liveness probe: it is alive, and too busy to do more. A
   * connected worker counts as in touch, and one that left has its time to rejoin again, unless it is suspected or gone. This ends
   * 30 s after its session, or after a router last reached it.
   */
  answered(info: Pick<WorkerInfo, 'id' | 'incarnation'>, now: Milliseconds): void;
  /**
   * Records that these processes answered a router lately. Those that have left have their time to rejoin again, unless they are
   * suspected or gone.
   */
  reached(processes: Iterable<Pick<WorkerInfo, 'id' | 'incarnation'>>, now: Milliseconds): void;
  /** Returns whether `reached` may change anything: a worker has left, and is neither suspected nor gone. */
  usesReach(now: Milliseconds): boolean;
  /** Records that this controller could not run for `ms`. That time does not count as absence of workers. */
  delayed(ms: number, now: Milliseconds): void;
  /**
   * Records that a router can't reach a worker. Routers report this only once, so the worker is checked when it would
   * count as unresponsive here too: the caller has to request a report from it now, and to call `suspect` after the
   * returned time. Undefined if the worker had no session or is already suspected, or if a check is pending.
   */
  reportUnreachable(id: WorkerId, now: Milliseconds): Milliseconds | undefined;
  /**
   * Marks a worker that a router can't reach as suspected. Returns true, and the worker's rows leave the table, if the
   * worker is unresponsive here too, while others are not.
   */
  suspect(id: WorkerId, now: Milliseconds): boolean;
  /** Returns whether the worker is suspected to be unreachable. */
  isSuspected(id: WorkerId): boolean;
  /**
   * Replaces the whole state by the loads in the store, on a controller that does not lead. Only loads with another
   * revision than before are processed.
   */
  follow(loads: Iterable<StoredLoad>, now: Milliseconds): void;
  /** Orders the worker to make a file or measure a variant. Undefined withdraws the order. */
  order(id: WorkerId, target: WorkTarget | undefined): void;
  /** Withdraws the order if it is for this target. */
  finish(id: WorkerId, target: WorkTarget): void;
  /** Records that the worker's last report has no replica that is still to be adopted. */
  adopt(id: WorkerId): void;
  /** Returns whether a report of the worker's session was searched for replicas to adopt. */
  isAdopted(id: WorkerId): boolean;
  forget(id: WorkerId): void;
  session(id: WorkerId): WorkerSession | undefined;
  lastReport(id: WorkerId): WorkerReport | undefined;
  /** Returns whether the worker has no session because its process was stopped as planned. */
  hasDeparted(id: WorkerId): boolean;
  /** Returns whether the worker has had no session for an hour. The hour starts at `leadingSince` at the earliest. */
  isLost(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds): boolean;
  /** Returns the time from which the worker can be forgotten on request (see `forgettableAt`). */
  forgettableAt(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds): Milliseconds;
  /**
   * Returns the worker's presence. A worker that left is awaited for `rejoinMs`, one that has not joined since
   * `leadingSince` for `firstJoinMs`. If `leadingSince` is undefined, the presence in the store counts.
   */
  presence(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): Presence;
  /** Returns what snapshots have of the worker's state. */
  observe(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): ObservedWorker;
  /**
   * Returns whether the worker is connected or within its time to rejoin. Unlike `presence`, this time also passes
   * during isolation.
   */
  isExpected(id: WorkerId, now: Milliseconds, leadingSince: Milliseconds | undefined): boolean;
  replicas(id: WorkerId): LiveReplicas;
  /** Returns the worker's order. Undefined if it has none. */
  ordered(id: WorkerId): WorkTarget | undefined;
  /** Returns the number of queries, on all workers, that each killed two executors of the variant. */
  poisonousQueries(variant: VariantId, version: number): number;
  incarnation(id: WorkerId): string | undefined;
}

/**
 * Creates an empty fleet. No worker expires or is suspected while no worker sends anything (see `isolation.ts`). After
 * that, the workers get as long to rejoin as with a new leader.
 */
export function createFleetState(params: FleetParams): FleetState {
  const workers = createWorkerTable();
  /** Workers that a router can't reach, and that are still to be checked. */
  const unchecked = new Set<WorkerId>();
  const isolation = createIsolation((since, now) => {
    for (const [id, worker] of workers.absent()) workers.set(id, extendGrace(worker, params, since, now));
    workers.markChanged();
  });

  function order(id: WorkerId, target: WorkTarget | undefined): void {
    const worker = workers.get(id);
    if (worker !== undefined) workers.set(id, ordered(worker, target));
  }

  const isAwaited = (worker: LiveWorker, now: Milliseconds): boolean =>
    !worker.isSuspected && !isGone(worker, params, isolation.absentUntil(now));

  /** Applies evidence that a worker is alive, unless it is suspected or gone. */
  function excuse(id: WorkerId, worker: LiveWorker, now: Milliseconds): void {
    if (!isAwaited(worker, now)) return;
    isolation.onReceived(now);
    workers.set(id, answered(worker, now));
    if (worker.session === undefined) workers.markChanged();
  }

  /** Applies a message of a worker. Returns whether it is a state change. */
  function receive(session: WorkerSession, now: Milliseconds, apply: (worker: LiveWorker) => LiveWorker): boolean {
    const worker = workers.get(session.info.id);
    if (worker?.session !== session) return false;
    isolation.onReceived(now);
    const after = apply(worker);
    workers.set(session.info.id, after);
    return isStateChange(worker, after);
  }

  return {
    get revision() {
      return workers.revision;
    },
    get membersRevision() {
      return workers.membersRevision;
    },
    changedAt: (id) => workers.changedAt(id),
    presenceChangesAt(now, leadingSince) {
      if (leadingSince === undefined) return milliseconds(Infinity);
      const begin = isolation.beginsAt(now);
      let next = Infinity;
      const consider = (goneAt: Milliseconds): void => {
        if (goneAt > now) next = Math.min(next, goneAt);
        // During isolation, absence counts only up to the last message, so workers that expired since are awaited again.
        else if (goneAt > isolation.lastReceivedAt) next = Math.min(next, begin);
      };
      consider(awaitedUntil(undefined, params, leadingSince));
      for (const [, worker] of workers.absent()) consider(awaitedUntil(worker, params, leadingSince));
      return milliseconds(next);
    },
    replacementOf({ id, incarnation }) {
      const present = workers.get(id);
      return present?.replaced.includes(incarnation) === true ? present.session?.info : undefined;
    },
    join(session, now) {
      const { id } = session.info;
      const before = workers.get(id);
      const wasGone = before !== undefined && isGone(before, params, isolation.absentUntil(now));
      isolation.onReceived(now);
      workers.set(id, joined(before, session, wasGone, now));
      return before?.session;
    },
    leave(session, now, end = 'ended') {
      const worker = workers.get(session.info.id);
      if (worker?.session === session) workers.set(session.info.id, left(worker, end, now));
    },
    report: (session, report, now) => receive(session, now, (worker) => reported(worker, report, now)),
    hear: (session, controllerAgeMs, now) => receive(session, now, (worker) => heard(worker, controllerAgeMs, now)),
    answered({ id, incarnation }, now) {
      const worker = workers.get(id);
      if (worker?.incarnation === incarnation && isProbeEvidence(worker, now)) excuse(id, worker, now);
    },
    reached(processes, now) {
      for (const { id, incarnation } of processes) {
        const worker = workers.get(id);
        if (worker?.incarnation === incarnation && worker.session === undefined)
          excuse(id, { ...worker, servedAt: now }, now);
      }
    },
    usesReach(now) {
      for (const [, worker] of workers.absent()) if (isAwaited(worker, now)) return true;
      return false;
    },
    delayed(ms, now) {
      let isChanged = isolation.isIsolated(now);
      isolation.onDelayed(ms, now);
      for (const [id, worker] of workers.absent()) {
        const excused = excuseAbsence(worker, ms, now);
        isChanged ||= excused.leftAt !== worker.leftAt;
        workers.set(id, excused);
      }
      if (isChanged) workers.markChanged();
    },
    reportUnreachable(id, now) {
      const untilMs = untilSuspectedMs(workers.get(id), now);
      if (untilMs === undefined || unchecked.has(id)) return undefined;
      unchecked.add(id);
      return untilMs;
    },
    suspect(id, now) {
      unchecked.delete(id);
      const worker = workers.get(id);
      if (worker === undefined || isolation.isIsolated(now) || !isUnresponsive(worker, now)) return false;
      workers.set(id, { ...worker, isSuspected: true });
      return true;
    },
    isSuspected: (id) => workers.get(id)?.isSuspected === true,
    follow(loads, now) {
      isolation.reset();
      const stored = new Set<WorkerId>();
      for (const load of loads) {
        const { worker: id } = load.value;
        stored.add(id);
        const before = workers.get(id);
        const after = followed(before, load, now);
        if (after !== before) workers.set(id, after);
      }
      for (const id of workers.ids()) if (!stored.has(id)) workers.delete(id);
    },
    order,
    finish(id, target) {
      const current = workers.get(id)?.order;
      if (current !== undefined && sameTarget(current, target)) order(id, undefined);
    },
    adopt(id) {
      const worker = workers.get(id);
      if (worker !== undefined) workers.set(id, { ...worker, isAdopted: true });
    },
    isAdopted: (id) => workers.get(id)?.isAdopted === true,
    forget: (id) => workers.delete(id),
    session: (id) => workers.get(id)?.session,
    lastReport: (id) => workers.get(id)?.report,
    hasDeparted(id) {
      const worker = workers.get(id);
      return worker !== undefined && hasDeparted(worker);
    },
    isLost: (id, now, leadingSince) => isLost(workers.get(id), now, leadingSince),
    forgettableAt: (id, now, leadingSince) =>
      forgettableAt(workers.get(id), params, { asOf: isolation.absentUntil(now), now }, leadingSince),
    presence: (id, now, leadingSince) => presenceOf(workers.get(id), params, isolation.absentUntil(now), leadingSince),
    observe(id, now, leadingSince) {
      const live = workers.get(id);
      const { session, leftAt = never, sessionEnd, emptySince } = live ?? {};
      return {
        live,
        presence: presenceOf(live, params, isolation.absentUntil(now), leadingSince),
        absentSince: session !== undefined || leftAt === never ? undefined : leftAt,
        isSilent: sessionEnd === 'silent',
        emptySince,
      };
    },
    isExpected: (id, now, leadingSince) => presenceOf(workers.get(id), params, now, leadingSince) !== 'gone',
    replicas: (id) => workers.get(id)?.replicas ?? noReplicas,
    ordered: (id) => workers.get(id)?.order,
    poisonousQueries: (variant, version) => workers.poisonousQueries(variant, version),
    incarnation: (id) => workers.get(id)?.incarnation,
  };
}
