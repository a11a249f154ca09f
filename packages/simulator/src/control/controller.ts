// A controller in virtual time: applies the reports of routers and workers, and sends what its turns decide.

import {
  groupBy,
  milliseconds,
  type Assignment,
  type CongestionPrices,
  type PlanAction,
  type ReplicaId,
  type ReplicaReport,
  type RoutingTable,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import {
  createDemandWindow,
  createFleetState,
  defaultFleetParams,
  defaultRestParams,
  planRest,
  type AssignedReplica,
  type DemandReport,
  type SessionEnd,
  type WorkerSession,
} from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';
import type { EventQueue } from '../events/event-queue.js';
import { createAssignedReplicas } from './assigned-replicas.js';
import type { ClusterView } from './observe.js';
import type { Planner, Turn } from './planner.js';
import { createTable, type TableInput } from './table.js';
import { createTurnTimer } from './turn-timer.js';

export interface ControllerOptions {
  readonly events: EventQueue;
  readonly cluster: Cluster;
  /** Replicas that are assigned before the first turn. */
  readonly assigned: readonly Assignment[];
  /** Time of the first turn, and the time after which there are no more. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly planner: Planner;
  /** Returns the time that a turn takes which is not skipped. */
  readonly turnMs: (workers: number, replicas: number) => number;
  readonly sendAssigned: (worker: WorkerId, assigned: readonly AssignedReplica[], now: number) => void;
  readonly sendTable: (table: RoutingTable, now: number) => void;
  readonly onTurn?: ((turn: Turn) => void) | undefined;
}

export interface Controller {
  /** Connects the workers of the cluster, and sends the assignments and the table for the first time. */
  start(now: number): void;
  /** Applies a router's report of demand. */
  demanded(router: string, report: DemandReport, now: number): void;
  /** Applies the report of a worker that has joined. */
  reported(worker: WorkerId, replicas: readonly ReplicaReport[], isDraining: boolean, now: number): void;
  /** Applies a message of a worker without a report. */
  heard(worker: WorkerId, now: number): void;
  /** Checks a worker that a router cannot reach. Such a worker hangs, so that it would not answer a request for a report. */
  unreachable(worker: WorkerId, now: number): void;
  joined(info: WorkerInfo, now: number): void;
  /** Ends the session of a worker. `departed`: its process was stopped as planned. `silent`: it sends nothing. */
  left(worker: WorkerId, end: SessionEnd, now: number): void;
}

/** Minimum time between two tables. */
const tableMs = 100;
/** Time that messages which have arrived before a check take to be read. */
const readMs = 1;
const noReport = {
  limitsReached: [],
  userIdShortage: '',
  provisional: [],
  shapes: [],
  progress: '',
  controllerAgeMs: 0,
  measuring: undefined,
};

export function createController(options: ControllerOptions): Controller {
  const { events, cluster, startsAt, endsAt, planner } = options;
  const fleet = createFleetState(defaultFleetParams);
  const demand = createDemandWindow();
  const sessions = new Map<WorkerId, WorkerSession>();
  const buildTable = createTable(cluster);
  const sentReplica = createAssignedReplicas(cluster);
  const timer = createTurnTimer({ events, startsAt, endsAt, run });
  let { assigned: assignments } = options;
  let isTriggered = true;
  let tableSentAt = -Infinity;
  let isTableDue = false;
  let congestion: CongestionPrices | undefined;
  let seen: TableInput['workers'] = cluster.workers.map((info) => ({ info, presence: 'connected', draining: false }));

  function trigger(now: number): void {
    isTriggered = true;
    timer.trigger(now);
  }
  function run(now: number): number {
    const workers = Array.from(sessions.values(), ({ info }) => info);
    const view: ClusterView = { cluster, workers, fleet, demand, assignments, now: milliseconds(now) };
    const turn = planner.turn(view, isTriggered);
    isTriggered = false;
    if (turn === undefined) return now + defaultRestParams.minMs;
    options.onTurn?.(turn);
    const busyMs = options.turnMs(workers.length, turn.observed.replicas.length);
    events.schedule(now + busyMs, (at) => {
      publish(turn, at);
      carryOut(turn.actions, at);
    });
    const { actions, held, plan, observed } = turn;
    return now + busyMs + planRest(busyMs, { ...observed, held, actions, unmet: plan.unmet }, defaultRestParams);
  }
  function publish({ congestion: prices, observed: { workers } }: Turn, now: number): void {
    if (prices === congestion && workers === seen) return;
    congestion = prices;
    seen = workers;
    touchTable(now);
  }
  function carryOut(actions: readonly PlanAction[], now: number): void {
    const loads = actions.flatMap((action) => (action.kind === 'load' ? [action.assignment] : []));
    const unloaded = new Map<ReplicaId, WorkerId>();
    for (const action of actions)
      if (action.kind === 'unload') unloaded.set(action.assignment.replica, action.assignment.worker);
    if (loads.length + unloaded.size === 0) return;
    assignments = [...assignments.filter(({ replica }) => !unloaded.has(replica)), ...loads];
    sendAssigned(new Set([...unloaded.values(), ...loads.map(({ worker }) => worker)]), now);
    touchTable(now);
    // The record of the plan changes the store, after which a turn follows.
    trigger(now);
  }
  function sendAssigned(workers: Iterable<WorkerId>, now: number): void {
    const byWorker = groupBy(assignments, ({ worker }) => worker);
    for (const id of workers) {
      const own = byWorker.get(id) ?? [];
      options.sendAssigned(
        id,
        own.map((assignment) => sentReplica(assignment).assigned),
        now,
      );
    }
  }
  /** Sends the table soon. */
  function touchTable(now: number): void {
    if (isTableDue) return;
    isTableDue = true;
    events.schedule(Math.max(now, tableSentAt + tableMs), (at) => {
      isTableDue = false;
      tableSentAt = at;
      const ready = assignments.filter(isReady).map(sentReplica);
      options.sendTable(buildTable({ ready, workers: seen, congestion }), at);
    });
  }
  const isReady = ({ worker, replica }: Assignment): boolean =>
    !fleet.isSuspected(worker) && fleet.replicas(worker).get(replica)?.report.state === 'ready';
  function join(info: WorkerInfo, now: number): void {
    const session = { info };
    sessions.set(info.id, session);
    fleet.join(session, milliseconds(now));
  }
  function sessionOf(worker: WorkerId): WorkerSession {
    const session = sessions.get(worker);
    if (session === undefined) throw new Error(`there is no worker ${worker}`);
    return session;
  }

  return {
    start(now) {
      for (const info of cluster.workers) join(info, now);
      sendAssigned(sessions.keys(), now);
      options.sendTable(buildTable({ ready: [], workers: seen, congestion }), now);
    },
    demanded(router, report, now) {
      if (demand.add(router, report, milliseconds(now))) trigger(now);
    },
    reported(worker, replicas, draining, now) {
      const memoryUsedBytes = replicas.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
      const report = { ...noReport, replicas, memoryUsedBytes, draining };
      if (!fleet.report(sessionOf(worker), report, milliseconds(now))) return;
      trigger(now);
      touchTable(now);
    },
    heard(worker, now) {
      fleet.hear(sessionOf(worker), 0, milliseconds(now));
    },
    unreachable(worker, now) {
      const untilMs = fleet.reportUnreachable(worker, milliseconds(now));
      if (untilMs === undefined) return;
      events.schedule(now + untilMs + readMs, (at) => {
        if (fleet.suspect(worker, milliseconds(at))) touchTable(at);
      });
    },
    joined(info, now) {
      join(info, now);
      sendAssigned([info.id], now);
      trigger(now);
    },
    left(worker, end, now) {
      fleet.leave(sessionOf(worker), milliseconds(now), end);
      trigger(now);
      touchTable(now);
    },
  };
}
