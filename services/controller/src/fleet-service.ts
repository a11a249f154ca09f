// The Fleet service: workers' sessions, and the operators' view of the fleet.

import { priceOf, workerId } from '@pareto/core';
import { replicaReportToWire, slotGroupToWire, type ServiceHandlers, type wire } from '@pareto/rpc';
import type { Cluster } from './cluster.js';
import { notFound } from './describe.js';
import type { FleetRecords } from './fleet-records.js';
import type { Scene } from './observe.js';
import type { LoggedAction, PlanLog } from './plan-log.js';
import type { WorkerRecord } from './records.js';
import { taskLoads } from './task-loads.js';

export interface FleetServiceOptions {
  readonly join: NonNullable<ServiceHandlers<'pareto.v1.Fleet'>['join']>;
  readonly cluster: Cluster;
  readonly records: FleetRecords;
  readonly planLog: PlanLog;
  readonly routers: () => readonly wire.RouterInfoInput[];
  readonly tableVersion: () => string;
}

export function createFleetHandlers(options: FleetServiceOptions): ServiceHandlers<'pareto.v1.Fleet'> {
  const { cluster, records, planLog } = options;
  const { scene, leader, election } = cluster;
  return {
    join: options.join,
    async listWorkers() {
      return { workers: listWorkers(scene()) };
    },
    async drain({ workerId: id, undrain }) {
      await leader.require();
      if (!(await records.setDraining(workerId(id), !undrain))) throw notFound('worker', id);
      return {};
    },
    async overview() {
      const now = scene();
      return {
        cluster: 'default',
        leader: (await election.leader()) ?? '',
        tableVersion: options.tableVersion(),
        tasks: taskLoads(now),
        workers: listWorkers(now),
        routers: [...options.routers()],
        recentActions: planLog.recent().map((logged) => describeAction(logged, now)),
      };
    },
  };
}

function listWorkers(scene: Scene): wire.WorkerInput[] {
  return Array.from(scene.records.workers.values(), ({ value }) => describeWorker(scene, value));
}

function describeWorker(
  { fleet, prices, now, leadingSince }: Scene,
  { info: known, draining }: WorkerRecord,
): wire.WorkerInput {
  const info = fleet.session(known.id)?.info ?? known;
  const report = fleet.lastReport(info.id);
  const price = ({ hardwareClass, slots }: (typeof info.slotGroups)[number]): number =>
    slots * (priceOf(prices, hardwareClass.id) ?? 0);
  return {
    workerId: info.id,
    address: info.address,
    connected: fleet.presence(info.id, now, leadingSince) === 'connected',
    draining: draining || report?.draining === true,
    slotGroups: info.slotGroups.map(slotGroupToWire),
    memoryBytes: info.memoryBytes,
    memoryUsedBytes: report?.memoryUsedBytes ?? 0,
    replicas: [...fleet.replicas(info.id).values()].map((replica) => replicaReportToWire(replica.report)),
    measuring: fleet.measuring(info.id)?.variant ?? report?.measuring ?? '',
    usdPerHour: info.slotGroups.reduce((sum, group) => sum + price(group), 0),
  };
}

function describeAction({ action, at }: LoggedAction, { now }: Scene): wire.PlanActionInput {
  const { variant, worker } = action.kind === 'measure' ? action : action.assignment;
  return { kind: action.kind, variant, worker, reason: action.reason, ageMs: now - at };
}
