// The Fleet service: workers' sessions, and the operators' view of the fleet.

import { priceOf, workerId } from '@pareto/core';
import { replicaReportToWire, slotGroupToWire, type ServiceHandlers, type wire } from '@pareto/rpc';
import type { Cluster } from './cluster.js';
import type { TargetRates } from './demand-book.js';
import { notFound } from './describe.js';
import type { FleetRecords } from './fleet-records.js';
import type { Scene } from './observe.js';
import type { LoggedAction, PlanLog } from './plan-log.js';
import type { WorkerRecord } from './records.js';

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

function taskLoads(scene: Scene): wire.TaskLoadInput[] {
  const rates = scene.demand.byTarget(scene.now);
  return [...scene.registry.tasks.keys()].map((task) => {
    const own = [...rates].filter(([target]) => taskOf(scene, target) === task).map(([, rate]) => rate);
    const sum = (key: keyof TargetRates): number => own.reduce((total, rate) => total + rate[key], 0);
    const ready = readyReplicas(scene, task);
    return {
      task,
      requestsPerSecond: sum('requestsPerSecond'),
      refusedPerSecond: sum('refusedPerSecond'),
      violationsPerSecond: sum('violationsPerSecond'),
      variantsReady: [...new Set(ready.map(({ variant }) => variant))].sort(),
      usdPerHour: ready.reduce((total, { hardwareClass }) => total + (priceOf(scene.prices, hardwareClass) ?? 0), 0),
    };
  });
}

/** Of a task's own name, one of its architectures' or one of its variants'. */
function taskOf({ registry }: Scene, target: string): string | undefined {
  if (registry.tasks.has(target)) return target;
  return registry.architectures.get(target.split(':')[0] ?? '')?.[0]?.task;
}

function readyReplicas(
  { registry, fleet }: Scene,
  task: string,
): readonly { readonly variant: string; readonly hardwareClass: Parameters<typeof priceOf>[1] }[] {
  return [...registry.assignments.values()].flat().filter(({ variant, worker, replica }) => {
    const isReady = fleet.replicas(worker).get(replica)?.report.state === 'ready';
    return isReady && registry.variants.get(variant)?.variant.task === task;
  });
}

function describeAction({ action, at }: LoggedAction, { now }: Scene): wire.PlanActionInput {
  const { variant, worker } = action.kind === 'measure' ? action : action.assignment;
  return { kind: action.kind, variant, worker, reason: action.reason, ageMs: now - at };
}
