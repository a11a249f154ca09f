// Creates the long-lived parts that all queries share: the routing table, the links to workers, the demand recorder.

import type { RoutingTable, WorkerId } from '@pareto/core';
import { createQueryPolicy, defaultRouteParams, type QueryPolicy } from '@pareto/policy';
import { createLivenessProbe, type Runnable, type ServiceContext, type ServiceLimiter } from '@pareto/service';
import type { RouterMetrics } from '@pareto/telemetry';
import { createChangeSignal, type ChangeSignal } from './query/change-signal.js';
import { createControllerCalls, type ControllerCalls } from './controllers/controller-calls.js';
import type { RouterConfig } from './config.js';
import { createOtherRouters, type OtherRouters } from './decisions/other-routers.js';
import { createDemandRecorder, type DemandRecorder } from './demand/demand-recorder.js';
import type { createTableClient, TableClient } from './table/table-client.js';
import type { LossReason } from './workers/ping.js';
import { createReachReporter } from './workers/reach-reporter.js';
import { createLink, createLocalLink, type LocalWorker, type WorkerLink } from './workers/worker-link.js';
import { createRouterLoads, type RouterLoads } from './workers/router-loads.js';
import { createWorkerPool, type WorkerPool } from './workers/worker-pool.js';

export interface PartsOptions {
  readonly routerId: string;
  readonly address: () => string;
  readonly onTable: () => void;
  readonly metrics: RouterMetrics;
  readonly limiter: ServiceLimiter;
  readonly createTables: typeof createTableClient;
  readonly local: LocalWorker | undefined;
}

export interface Parts {
  readonly changes: ChangeSignal;
  /** Notifies of reports of workers. */
  readonly reports: ChangeSignal;
  readonly controller: ControllerCalls;
  readonly otherRouters: OtherRouters;
  readonly policy: QueryPolicy;
  readonly loads: RouterLoads;
  readonly workers: WorkerPool;
  readonly tables: TableClient;
  readonly demand: DemandRecorder;
  readonly metrics: RouterMetrics;
  /** Reports which workers this router cannot reach. */
  readonly reach: Runnable;
}

export function createParts(config: RouterConfig, context: ServiceContext, options: PartsOptions): Parts {
  const { clock, rng, logger, access } = context;
  const { controllers, maxMessageBytes, maxHeld, maxHeldBytes, hopMs } = config;
  const { routerId, address, metrics, limiter, local } = options;
  const changes = createChangeSignal();
  const reports = createChangeSignal();
  const controller = createControllerCalls({ controllers, access, clock });
  const otherRouters = createOtherRouters({ access, addresses: () => tables.table?.routers.values() ?? [] });
  const openLink = (address: string): WorkerLink =>
    local?.address === address
      ? createLocalLink(local)
      : createLink(address, { ...access.channel('worker'), maxMessageBytes, bytes: limiter.bytes });
  const policy = createQueryPolicy({ admit: { maxHeld, maxHeldBytes }, route: { ...defaultRouteParams, hopMs } }, rng);
  const loads = createRouterLoads({
    loads: policy.loads,
    clock,
    onCallable: () => changes.notify(),
    onEjected(replica) {
      metrics.replicasEjected.add(1);
      logger.warn('replica is not called for a while, because its queries failed', { replica });
    },
  });
  const onLost = (reason: LossReason, worker: WorkerId | undefined): void => {
    metrics.workersLost.add(1, { reason });
    if (worker !== undefined) tables.reportLost(worker);
  };
  const workers = createWorkerPool({
    createLink: openLink,
    loads,
    onLost,
    onReported: () => reports.notify(),
    probe: createLivenessProbe(clock),
    clock,
    logger,
  });
  function onTable(table: RoutingTable): void {
    loads.apply({ kind: 'table', table, localAddress: local?.address });
    workers.setTable(table);
    options.onTable();
    changes.notify();
  }
  const tables = options.createTables({ controllers, routerId, address, access, onTable, clock, rng, logger });
  const demand = createDemandRecorder({
    send: (message) => tables.sendDemand(message),
    limitsReached: () => limiter.counts.lastMinute(),
    clock,
  });
  const reach = createReachReporter({
    reached: () => workers.reached(),
    report: (reached) => tables.reportReach(reached),
    clock,
  });
  return { changes, reports, controller, otherRouters, policy, loads, workers, tables, demand, metrics, reach };
}
