// The controller put together, in the order in which its parts start.

import { join } from 'node:path';
import type { BlobStore } from '@pareto/models';
import { defaultPlacementParams, defaultScaleParams } from '@pareto/policy';
import { createServer, type RpcServer } from '@pareto/rpc';
import { advertisedAddress, createProbeServer, type Runnable, type ServiceContext } from '@pareto/service';
import { openEmbeddedStore, restoreStore, type Store } from '@pareto/state';
import { createControllerMetrics, type ControllerMetrics } from '@pareto/telemetry';
import { createAssigner, type Assigner } from './assigner.js';
import { background } from './background.js';
import { openBlobPlace } from './blob-place.js';
import { createBlobsHandlers } from './blobs-service.js';
import { createCluster, type Cluster } from './cluster.js';
import { readPrices, type ControllerConfig } from './config.js';
import { createControlLoop, type ControlLoop } from './control-loop.js';
import { createFleetRecords, type FleetRecords } from './fleet-records.js';
import { createFleetHandlers } from './fleet-service.js';
import { defaultFleetParams, type FleetParams } from './fleet-state.js';
import { setGauges } from './gauges.js';
import { createServing } from './serving.js';
import { keepHouse } from './housekeeping.js';
import { createPlanLog, type PlanLog } from './plan-log.js';
import { createRegistryHandlers } from './registry-service.js';
import { createRoutes, type Routes } from './routes-service.js';
import { createTableLog, type TableLog } from './table-log.js';
import { tableRows } from './table-rows.js';
import { createJoin } from './worker-sessions.js';

export interface Controller {
  /** In the order in which they start. */
  readonly runnables: readonly Runnable[];
  /** The bound gRPC port, once started. */
  readonly port: () => number;
}

/** Opens the store; one that can't be opened throws a ParetoError that says what to do. */
export async function createController(
  config: ControllerConfig,
  context: ServiceContext,
  fleetParams: FleetParams = defaultFleetParams,
): Promise<Controller> {
  const metrics = createControllerMetrics();
  const prices = await readPrices(config.prices);
  const { store, blobs } = await openStorage(config, context);
  const cluster = createCluster({ ...context, store, prices, fleet: fleetParams, metrics });
  const assigner = createAssigner(cluster.mirror, cluster.scene);
  const planLog = createPlanLog(context.clock, context.logger);
  const loop = createLoop(cluster, { assigner, planLog, epoch: store.epoch, metrics }, context);
  const table = createTableLog(`${store.epoch}.${Math.floor(context.rng() * 2 ** 32).toString(36)}`);
  const routes = createTable(cluster, { table, loop }, context);
  const server = createServer({
    ...config,
    ...context.access.server,
    clock: context.clock,
    onError: (method, error) => context.logger.error('call failed', { method, error }),
  });
  const records = createFleetRecords({ ...cluster, ...context, metrics });
  addServices(server, { config, context, cluster, records, blobs, assigner, planLog, routes, table, metrics });
  cluster.onChange(() => {
    loop.trigger();
    routes.touch();
  });

  const { port, listening, serving } = createServing(server, config, context.logger);
  const address = (): string => advertisedAddress(config, port());
  const following = new AbortController();
  return {
    port,
    runnables: [
      { name: 'store', start: async () => undefined, stop: async () => store[Symbol.asyncDispose]() },
      probes(config, context, cluster, routes, metrics),
      { name: 'mirror', start: (fail) => cluster.start(following.signal, fail), stop: async () => following.abort() },
      listening,
      background('leadership', (signal) => cluster.leader.run(address(), signal)),
      background('routing table', (signal) => routes.run(signal)),
      background('control loop', (signal) => loop.run(signal)),
      background('housekeeping', (signal) => keepHouse({ ...config, ...context, store, cluster, records }, signal)),
      serving,
    ],
  };
}

async function openStorage(
  config: ControllerConfig,
  { clock, logger }: ServiceContext,
): Promise<{ readonly store: Store; readonly blobs: BlobStore }> {
  const { dataDir, restore } = config;
  const store = await openEmbeddedStore(join(dataDir, 'store'), { clock });
  const blobs = await openBlobPlace(config, clock);
  if (restore !== undefined) logger.info('restored', { file: restore, entries: await restoreStore(store, restore) });
  return { store, blobs };
}

interface Steering {
  readonly assigner: Assigner;
  readonly planLog: PlanLog;
  readonly epoch: string;
  readonly metrics: ControllerMetrics;
}

function createLoop(cluster: Cluster, steering: Steering, { clock, logger, tracer }: ServiceContext): ControlLoop {
  const params = { placement: defaultPlacementParams, scale: defaultScaleParams };
  return createControlLoop({ ...cluster, ...steering, ...params, clock, logger, tracer });
}

function createTable(
  { scene, mirror, demand }: Cluster,
  { table, loop }: { readonly table: TableLog; readonly loop: ControlLoop },
  { clock, logger, lifecycle }: ServiceContext,
): Routes {
  return createRoutes({
    table,
    demand,
    rows: (routers) => tableRows(scene(), routers),
    synced: () => mirror.synced,
    onHeld: () => loop.trigger(),
    draining: lifecycle.draining,
    clock,
    logger,
  });
}

interface Serving {
  readonly config: ControllerConfig;
  readonly context: ServiceContext;
  readonly cluster: Cluster;
  readonly records: FleetRecords;
  readonly blobs: BlobStore;
  readonly assigner: Assigner;
  readonly planLog: PlanLog;
  readonly routes: Routes;
  readonly table: TableLog;
  readonly metrics: ControllerMetrics;
}

function addServices(server: RpcServer, serving: Serving): void {
  const { config, context, cluster, records, blobs, assigner, planLog, routes, table, metrics } = serving;
  const join = createJoin({ ...cluster, ...context, assigner, records, draining: context.lifecycle.draining });
  const tableVersion = (): string => `${table.version.epoch}:${table.version.revision}`;
  const register = { ...cluster, blobs, maxBatchSize: config.maxBatchSize };
  server.add('pareto.v1.Registry', createRegistryHandlers(register, cluster.scene));
  server.add('pareto.v1.Blobs', createBlobsHandlers(blobs, metrics));
  server.add(
    'pareto.v1.Fleet',
    createFleetHandlers({ join, cluster, records, planLog, routers: routes.routers, tableVersion }),
  );
  server.add('pareto.v1.Routes', routes.handlers);
}

function probes(
  { host, metricsPort }: ControllerConfig,
  { lifecycle }: ServiceContext,
  { leader, scene }: Cluster,
  routes: Routes,
  metrics: ControllerMetrics,
): Runnable {
  return createProbeServer({
    host,
    port: metricsPort,
    lifecycle,
    metrics,
    notReady: () => (leader.since === undefined ? ['this controller does not lead yet'] : []),
    observe: () => setGauges(metrics, scene(), routes.routers().length),
  });
}
