// A cluster in virtual time with the plan in the loop: routers, workers and a controller. The functions that decide are those of
// production.

import type { Assignment, Rng, WorkerId } from '@pareto/core';
import type { RouterParams, TurnParams } from '@pareto/policy';
import type { Cluster } from './cluster/cluster.js';
import { createController } from './control/controller.js';
import type { Turn } from './control/planner.js';
import { startWorkerReports } from './control/worker-reports.js';
import type { EventQueue } from './events/event-queue.js';
import { createNetwork, wayMs } from './serving/network.js';
import type { ClientQuery } from './serving/query.js';
import type { DemandReports, SettledQuery } from './serving/router.js';
import { createWorker, type Worker, type WorkerOptions } from './serving/worker.js';

export interface ClusterOptions extends Pick<WorkerOptions, 'events' | 'loadMs' | 'runMs'> {
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
  readonly turnParams: TurnParams;
  readonly onSettled: (query: ClientQuery, settled: SettledQuery, now: number) => void;
  readonly onTurn: (turn: Turn) => void;
}

export interface StartedCluster {
  /** Sends a query to its router. */
  arrived(query: ClientQuery, now: number): void;
}

/** Starts the cluster at the time 0: what happens on it are events of the queue. */
export function startCluster(options: ClusterOptions): StartedCluster {
  const { events, cluster, endsAt, loadMs, runMs } = options;
  const deliver = (sentAt: number, to: (now: number) => void): void => events.schedule(sentAt + wayMs, to);
  const workers = new Map<WorkerId, Worker>();
  const workerOf = (id: WorkerId): Worker => {
    const worker = workers.get(id);
    if (worker === undefined) throw new Error(`there is no worker ${id}`);
    return worker;
  };
  const demand = options.routers.map((_, index): DemandReports => ({
    ...{ startsAt: (1_000 * (index + 1)) / options.routers.length, endsAt },
    send: (report, now) => deliver(now, (at) => controller.demanded(`router-${index}`, report, at)),
  }));
  const network = createNetwork({
    ...{ events, demand, workerOf, rngs: options.routers, routerParams: options.routerParams },
    onSettled: options.onSettled,
  });
  const controller = createController({
    ...{ events, cluster, endsAt, assigned: options.assigned, startsAt: options.plansFromMs },
    turnParams: options.turnParams,
    sendAssigned: (worker, assigned, now) => deliver(now, (at) => workerOf(worker).assign(assigned, at)),
    sendTable: (table, now) => deliver(now, (at) => network.routers.forEach((router) => router.setTable(table, at))),
    onTurn: options.onTurn,
  });
  for (const [position, { id, slotGroups }] of cluster.workers.entries()) {
    const reports = startWorkerReports({
      ...{ events, workers: cluster.workers.length, position, endsAt },
      observe: (now) => workerOf(id).reports(now),
      send: (report, now) => deliver(now, (at) => controller.reported(id, report, at)),
    });
    const slots = new Map(slotGroups.map(({ hardwareClass, slots: own }) => [hardwareClass.id, own]));
    workers.set(
      id,
      createWorker({
        ...{ events, slots, loadMs, runMs },
        reply: (...reply) => network.reply(...reply),
        onChange: (now) => reports.onChange(now),
      }),
    );
  }
  controller.start(0);
  network.ping([...workers.keys()], endsAt);
  return { arrived: (query, now) => network.routers[query.router]?.arrived(query, now) };
}
