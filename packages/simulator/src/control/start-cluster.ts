// A cluster in virtual time with the plan in the loop: routers, workers and a controller. The functions that decide are those of
// production.

import type { Assignment, Rng, WorkerId, WorkerInfo } from '@pareto/core';
import { silentMs, type RouterParams, type WorkerParams } from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';
import { createController } from './controller.js';
import type { Planner, Turn } from './planner.js';
import { startWorkerReports, type WorkerReports } from './worker-reports.js';
import type { EventQueue } from '../events/event-queue.js';
import { createTransport, type TransportParams } from '../processes/transport.js';
import { createNetwork } from '../serving/network.js';
import type { ClientQuery } from '../serving/query.js';
import type { DemandReports, SettledQuery } from '../serving/router.js';
import type { StartedCluster } from '../serving/started-cluster.js';
import { createWorker, type ServiceTimes, type Worker, type WorkerObserver } from '../serving/worker.js';

export interface ClusterOptions {
  readonly events: EventQueue;
  readonly cluster: Cluster;
  /** Random numbers of each router. */
  readonly routers: readonly Rng[];
  /** Replicas that are assigned before the first turn. */
  readonly assigned: readonly Assignment[];
  /** Time of the first turn. */
  readonly plansFromMs: number;
  /** Time after which there are no more turns, pings and reports. */
  readonly endsAt: number;
  readonly routerParams: RouterParams;
  readonly workerParams: WorkerParams;
  readonly planner: Planner;
  /** Returns the time that a turn takes which is not skipped. */
  readonly turnMs: (workers: number, replicas: number) => number;
  /** Time of a message, one way, and the CPU time of the processes that handle it. */
  readonly transport: TransportParams;
  /** Returns the times of the executors of a worker. */
  readonly timesOf: (worker: WorkerId) => ServiceTimes;
  readonly onSettled: (query: ClientQuery, settled: SettledQuery, now: number) => void;
  readonly onTurn?: ((turn: Turn) => void) | undefined;
  /** Returns what counts the events of a worker. Undefined if nothing does. */
  readonly observerOf?: ((worker: WorkerInfo) => WorkerObserver) | undefined;
}

interface RunningWorker {
  readonly worker: Worker;
  readonly reports: WorkerReports;
  /** Called when the state of a replica, or of the worker, has changed. */
  readonly onChange: (now: number) => void;
  isDraining: boolean;
}

/** Time after which the probe of a process has failed, as in the service of a controller. */
const probeMs = 300;

/** Starts the cluster at the time 0: what happens on it are events of the queue. */
export function startCluster(options: ClusterOptions): StartedCluster {
  const { events, cluster, endsAt, routerParams } = options;
  const transport = createTransport(events, options.transport);
  const { deliver } = transport;
  const workers = new Map<WorkerId, RunningWorker>();
  const workerOf = (id: WorkerId): RunningWorker => {
    const worker = workers.get(id);
    if (worker === undefined) throw new Error(`there is no worker ${id}`);
    return worker;
  };
  const demand = options.routers.map((_, index): DemandReports => ({
    ...{ startsAt: (1_000 * (index + 1)) / options.routers.length, endsAt },
    send: (report, now) => deliver(now, (at) => controller.demanded(`router-${index}`, report, at)),
  }));
  const network = createNetwork({
    ...{ events, demand, transport, routerParams, rngs: options.routers, onSettled: options.onSettled },
    workerOf: (id) => workerOf(id).worker,
    onUnreachable: (id, now) => deliver(now, (at) => controller.unreachable(id, at)),
  });
  const controller = createController({
    ...{ events, cluster, endsAt, assigned: options.assigned, startsAt: options.plansFromMs },
    ...{ planner: options.planner, turnMs: options.turnMs, onTurn: options.onTurn },
    sendAssigned: (id, assigned, now) => deliver(now, (at) => workerOf(id).worker.assign(assigned, at)),
    sendTable: (table, now) => deliver(now, (at) => network.routers.forEach((router) => router.setTable(table, at))),
  });

  function start(info: WorkerInfo, position: number, startsAt: number): void {
    const { id } = info;
    const reports = startWorkerReports({
      ...{ events, workers: cluster.workers.length, position, startsAt, endsAt },
      observe: (now) => (hasStopped() ? undefined : worker.reports(now)),
      sendHeartbeat(now) {
        if (!hasStopped()) deliver(now, (at) => controller.heard(id, at));
      },
      send(report, now) {
        const { isDraining } = running;
        deliver(now, (at) => controller.reported(id, report, isDraining, at));
      },
    });
    const worker = createWorker({
      ...{ events, groups: info.slotGroups, params: options.workerParams, times: options.timesOf(id) },
      ...{ createExecutor: transport.createExecutor, reply: network.reply, observer: options.observerOf?.(info) },
      onChange: (now) => running.onChange(now),
    });
    const hasStopped = (): boolean => worker.hasEnded || worker.isHung;
    const running: RunningWorker = {
      ...{ worker, reports },
      onChange(now) {
        if (running.isDraining && worker.isEmpty()) end(id, 'departed', now);
        else reports.onChange(now);
      },
      isDraining: false,
    };
    workers.set(id, running);
  }
  function end(id: WorkerId, how: 'ended' | 'departed', now: number): void {
    const { worker } = workerOf(id);
    if (worker.hasEnded) return;
    worker.end(now);
    network.lose(id, now);
    deliver(now, (at) => controller.left(id, how, at));
  }

  function hang(id: WorkerId, now: number): void {
    const { worker, reports } = workerOf(id);
    network.hang(worker.hang(now));
    // The controller probes the process when nothing has arrived for a time, which does not answer, and ends the session.
    events.schedule(reports.sentAt + options.transport.wayMs + silentMs + probeMs, (at) => {
      if (workerOf(id).worker === worker && !worker.hasEnded) controller.left(id, 'silent', at);
    });
  }

  for (const [position, info] of cluster.workers.entries()) start(info, position, 0);
  controller.start(0);
  network.ping([...workers.keys()], 0, endsAt);
  return {
    arrivalMs: transport.arrivalMs,
    arrived: network.arrived,
    join(info, now) {
      // A worker that still drains is replaced.
      if (workers.has(info.id)) end(info.id, 'ended', now);
      deliver(now, (at) => controller.joined(info, at));
      start(info, 0, now);
      network.ping([info.id], now, endsAt);
    },
    fail: (id, now) => end(id, 'ended', now),
    hang,
    leave(id, now) {
      const running = workerOf(id);
      running.isDraining = true;
      running.onChange(now);
    },
    killExecutors: (id, variant, now) => workerOf(id).worker.killExecutors(variant, now),
  };
}
