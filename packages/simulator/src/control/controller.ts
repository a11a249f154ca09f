// A controller in virtual time: applies the reports of routers and workers, and sends what its turns decide.

import {
  milliseconds,
  type Assignment,
  type PlanAction,
  type ReplicaId,
  type ReplicaReport,
  type RoutingTable,
  type WorkerId,
} from '@pareto/core';
import {
  createDemandWindow,
  createFleetState,
  defaultFleetParams,
  type DemandReport,
  type TurnParams,
} from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';
import type { AssignedReplica } from '../serving/worker.js';
import { createAssignedReplicas } from './assigned-replicas.js';
import type { Cluster } from '../cluster/cluster.js';
import type { ClusterView } from './observe.js';
import { createPlanner, type Turn } from './planner.js';
import { createTable } from './table.js';
import { createTurnTimer } from './turn-timer.js';

export interface ControllerOptions {
  readonly events: EventQueue;
  readonly cluster: Cluster;
  /** Replicas that are assigned before the first turn. */
  readonly assigned: readonly Assignment[];
  /** Time of the first turn, and the time after which there are no more. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly turnParams: TurnParams;
  readonly sendAssigned: (worker: WorkerId, assigned: readonly AssignedReplica[], now: number) => void;
  readonly sendTable: (table: RoutingTable, now: number) => void;
  readonly onTurn: (turn: Turn) => void;
}

export interface Controller {
  /** Connects the workers, and sends the assignments and the table for the first time. */
  start(now: number): void;
  /** Applies a router's report of demand. */
  demanded(router: string, report: DemandReport, now: number): void;
  /** Applies the report of a worker. */
  reported(worker: WorkerId, replicas: readonly ReplicaReport[], now: number): void;
}

/** Minimum time between two tables. */
const tableMs = 100;

export function createController(options: ControllerOptions): Controller {
  const { events, cluster, startsAt, endsAt } = options;
  const fleet = createFleetState(defaultFleetParams);
  const demand = createDemandWindow();
  const sessions = new Map(cluster.workers.map((info) => [info.id, { info }]));
  const buildTable = createTable(cluster);
  const sentReplica = createAssignedReplicas(cluster);
  const planner = createPlanner(options.turnParams);
  const timer = createTurnTimer({ events, startsAt, endsAt, run });
  let { assigned: assignments } = options;
  let isTriggered = true;
  let tableSentAt = -Infinity;
  let isTableDue = false;

  function trigger(now: number): void {
    isTriggered = true;
    timer.trigger(now);
  }
  function run(now: number): void {
    const view: ClusterView = { cluster, fleet, demand, assignments, now: milliseconds(now) };
    const turn = planner.turn(view, isTriggered);
    isTriggered = false;
    if (turn === undefined) return;
    options.onTurn(turn);
    carryOut(turn.actions, now);
  }
  function carryOut(actions: readonly PlanAction[], now: number): void {
    const loads = actions.flatMap((action) => (action.kind === 'load' ? [action.assignment] : []));
    const unloaded = new Set<ReplicaId>();
    for (const action of actions) if (action.kind === 'unload') unloaded.add(action.assignment.replica);
    if (loads.length + unloaded.size === 0) return;
    assignments = [...assignments.filter(({ replica }) => !unloaded.has(replica)), ...loads];
    sendAssigned(now);
    touchTable(now);
    // The record of the plan changes the store, after which a turn follows.
    trigger(now);
  }
  function sendAssigned(now: number): void {
    for (const { id } of cluster.workers)
      options.sendAssigned(id, assignments.filter(({ worker }) => worker === id).map(sentReplica), now);
  }
  /** Sends the table soon. */
  function touchTable(now: number): void {
    if (isTableDue) return;
    isTableDue = true;
    events.schedule(Math.max(now, tableSentAt + tableMs), (at) => {
      isTableDue = false;
      tableSentAt = at;
      options.sendTable(buildTable(assignments.filter(isReady).map(sentReplica)), at);
    });
  }
  const isReady = ({ worker, replica }: Assignment): boolean =>
    fleet.replicas(worker).get(replica)?.report.state === 'ready';

  return {
    start(now) {
      for (const session of sessions.values()) fleet.join(session, milliseconds(now));
      sendAssigned(now);
      options.sendTable(buildTable([]), now);
    },
    demanded(router, report, now) {
      if (demand.add(router, report, milliseconds(now))) trigger(now);
    },
    reported(worker, replicas, now) {
      const session = sessions.get(worker);
      if (session === undefined) throw new Error(`there is no worker ${worker}`);
      const memoryUsedBytes = replicas.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
      const none = {
        limitsReached: [],
        userIdShortage: '',
        provisional: [],
        shapes: [],
        progress: '',
        controllerAgeMs: 0,
      };
      const report = { ...none, replicas, memoryUsedBytes, draining: false, measuring: undefined };
      if (!fleet.report(session, report, milliseconds(now))) return;
      trigger(now);
      touchTable(now);
    },
  };
}
