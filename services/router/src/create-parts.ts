// Creates the long-lived parts that all queries share: the routing table, the links to workers, the demand recorder.

import type { RoutingTable, WorkerId } from '@pareto/core';
import {
  arrivalLogHeader,
  defaultAdmitParams,
  defaultHoldParams,
  defaultPingParams,
  defaultRetryParams,
  defaultRouteParams,
  defaultRouterDemandParams,
  formatLostArrivals,
  type RouterParams,
} from '@pareto/policy';
import {
  createLivenessProbe,
  createRecorder,
  createRollingLog,
  type Recorder,
  type RollingLog,
  type ServiceContext,
  type ServiceLimiter,
} from '@pareto/service';
import type { RouterMetrics } from '@pareto/telemetry';
import { createChangeSignal, type ChangeSignal } from './query/change-signal.js';
import { createCoreDriver, type CoreDriver } from './core/core-driver.js';
import { createControllerCalls, type ControllerCalls } from './controllers/controller-calls.js';
import type { RouterConfig } from './config.js';
import { createOtherRouters, type OtherRouters } from './decisions/other-routers.js';
import { demandToWire } from './core/demand-to-wire.js';
import type { createTableClient, TableClient } from './table/table-client.js';
import type { LossReason } from './workers/ping.js';
import { createLink, createLocalLink, type LocalWorker, type WorkerLink } from './workers/worker-link.js';
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
  readonly controller: ControllerCalls;
  readonly otherRouters: OtherRouters;
  /** Recorder of events. Undefined if they are not recorded. */
  readonly recorder: Recorder | undefined;
  /** Log of arrivals. Undefined if they are not recorded. */
  readonly arrivalLog: RollingLog | undefined;
  readonly core: CoreDriver;
  readonly workers: WorkerPool;
  readonly tables: TableClient;
  readonly metrics: RouterMetrics;
}

export function createParts(config: RouterConfig, context: ServiceContext, options: PartsOptions): Parts {
  const { clock, rng, logger, access, lifecycle } = context;
  const { controllers, maxMessageBytes } = config;
  const { routerId, address, metrics, limiter, local } = options;
  const changes = createChangeSignal();
  const controller = createControllerCalls({ controllers, access, clock });
  const otherRouters = createOtherRouters({ access, addresses: () => tables.table?.routers.values() ?? [] });
  const openLink = (address: string): WorkerLink =>
    local?.address === address
      ? createLocalLink(local)
      : createLink(address, { ...access.channel('worker'), maxMessageBytes, bytes: limiter.bytes });
  const { recorder, arrivalLog } = createRecording(config, context);
  const core = createCoreDriver({
    params: paramsOf(config),
    seed: Math.floor(rng() * 2 ** 32),
    recorder,
    clock,
    sendDemand: (report) => tables.sendDemand(demandToWire(report)),
    limitsReached: () => limiter.counts.lastMinute(),
    onCallable: () => changes.notify(),
    onEjected(replica) {
      metrics.replicasEjected.add(1);
      logger.warn('replica is not called for a while, because its queries failed', { replica });
    },
  });
  lifecycle.draining.addEventListener('abort', () => core.apply({ kind: 'draining' }));
  const onLost = (reason: LossReason, worker: WorkerId | undefined): void => {
    metrics.workersLost.add(1, { reason });
    if (worker !== undefined) tables.reportLost(worker);
  };
  const workers = createWorkerPool({
    createLink: openLink,
    core,
    onLost,
    probe: createLivenessProbe(clock),
    pings: defaultPingParams,
    clock,
    logger,
  });
  function onTable(table: RoutingTable): void {
    core.apply({ kind: 'table', table, localAddress: local?.address });
    workers.followTable();
    core.apply({ kind: 'linked' });
    options.onTable();
    changes.notify();
  }
  const tables = options.createTables({
    ...{ controllers, routerId, address, access, onTable, clock, rng, logger },
    reached: () => workers.reached(),
  });
  return { changes, recorder, arrivalLog, controller, otherRouters, core, workers, tables, metrics };
}

/** Creates what `--record` and `--record-level` ask for. */
function createRecording(
  { record: file, recordBytes: maxBytes, recordLevel }: RouterConfig,
  { clock, logger }: ServiceContext,
): Pick<Parts, 'recorder' | 'arrivalLog'> {
  if (file === undefined) return { recorder: undefined, arrivalLog: undefined };
  if (recordLevel === 'events') {
    return { recorder: createRecorder({ file, maxBytes, logger }), arrivalLog: undefined };
  }
  const lines = { header: arrivalLogHeader, lostLine: formatLostArrivals };
  return { recorder: undefined, arrivalLog: createRollingLog({ file, maxBytes, ...lines, clock, logger }) };
}

const paramsOf = ({ maxHeld, maxHeldBytes, maxHoldMs, hopMs, replayBytes }: RouterConfig): RouterParams => ({
  admit: { ...defaultAdmitParams, maxHeld, maxHeldBytes },
  route: { ...defaultRouteParams, hopMs },
  retry: { ...defaultRetryParams, replayBytes },
  hold: { ...defaultHoldParams, maxHoldMs },
  demand: defaultRouterDemandParams,
});
