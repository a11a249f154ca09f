// The assembly of a controller from its parts, in the order in which they start.

import { describeLoss, milliseconds, type StoreLoss } from '@pareto/core';
import type { ModelReader } from '@pareto/models';
import { defaultFleetParams, type FleetParams } from '@pareto/policy';
import { environmentOnly } from '@pareto/isolation';
import { createServer, type Limiter } from '@pareto/rpc';
import {
  advertisedAddress,
  createLivenessProbe,
  createProbeServer,
  createRecorder,
  createServiceLimiter,
  hasOpenMetrics,
  observeLimits,
  recordingPart,
  type Runnable,
  type ServiceContext,
} from '@pareto/service';
import { createSolver, type Solver } from '@pareto/solver';
import { declaredKey, type Store } from '@pareto/state';
import { createControllerMetrics, type ControllerMetrics } from '@pareto/telemetry';
import { createAssigner } from './plan/assigner.js';
import { background } from './loops/background.js';
import { runBlobCollection } from './maintenance/blob-collection.js';
import { createBlobReservations } from './storage/blob-reservations.js';
import { electedLeader } from './leadership/election-candidates.js';
import { createCluster, type Cluster } from './cluster/cluster.js';
import { runCompaction } from './maintenance/compaction.js';
import { keepVersionsMs, readPrices, turnParams, type ControllerConfig } from './config.js';
import { createControlLoop } from './plan/control-loop.js';
import { isAnyAbsent, watchOwnDelay } from './fleet/own-delay.js';
import { createProcessProbes } from './fleet/process-probes.js';
import { createSuspicions } from './fleet/suspicions.js';
import { createEventLog } from './events/events.js';
import { createFleetRecords } from './fleet/fleet-records.js';
import { setGauges } from './cluster/gauges.js';
import { createHandover } from './leadership/handover.js';
import { createBackups, type Backups } from './maintenance/backups.js';
import { runLeaderRounds } from './maintenance/leader-rounds.js';
import { createVersionRemoval } from './maintenance/version-removal.js';
import { createLoadFlusher } from './loads/load-flusher.js';
import { createNotices } from './cluster/notices.js';
import { openModelReading } from './registry/model-reading.js';
import { createOutcomeRecords } from './registry/outcome-records.js';
import { createPlanLog, type PlanLog } from './plan/plan-log.js';
import { watchRecords } from './events/record-events.js';
import { createWorkerExpiry } from './fleet/worker-expiry.js';
import { createReportRequester } from './fleet/report-requester.js';
import { isOfOtherStore } from './routes/router-session.js';
import { createRoutes, type Routes, type RoutesOptions } from './routes/routes-service.js';
import { addServices } from './services.js';
import { createServerParts } from './server-parts.js';
import { knownStoreFile, runKnownStore } from './storage/known-store.js';
import { createStoreMembers, type StoreMembers } from './storage/store-members.js';
import { createStorage } from './storage/storage.js';
import { createTableLog, type TableLog } from './routes/table-log.js';
import { createTableRows } from './routes/table-rows.js';

export interface Controller {
  /** The parts of the service, in the order in which they start. */
  readonly runnables: readonly Runnable[];
  /** The bound gRPC port, once started. */
  readonly port: () => number;
}

export interface ControllerOptions {
  readonly fleet?: FleetParams;
  /** Store to use in place of the configured one. It is not closed when the controller stops. */
  readonly store?: Store;
  /** Reader of models to use in place of isolated processes. It is not disposed of when the controller stops. */
  readonly reader?: ModelReader | undefined;
}

/** Creates the controller. Throws a ParetoError if the embedded store or the blob store can't be opened. */
export async function createController(
  config: ControllerConfig,
  context: ServiceContext,
  { fleet: params = defaultFleetParams, store: given, reader: givenReader }: ControllerOptions = {},
): Promise<Controller> {
  const { clock, logger, lifecycle, access } = context;
  const { draining } = lifecycle;
  const metrics = createControllerMetrics();
  const prices = await readPrices(config.prices);
  const { store, blobs, part, refill } = await createStorage(config, { clock, logger, draining, store: given });
  const notices = createNotices();
  const storeMembers = createStoreMembers({ ...context, store });
  const cluster = createCluster({ ...context, store, prices, fleet: params, notices, metrics });
  const assigner = createAssigner(cluster.mirror, cluster.clusterView);
  const events = createEventLog({ ...cluster, ...context });
  watchRecords({ ...cluster, events, store, clock });
  const planLog = createPlanLog({ ...cluster, ...context, events });
  const loads = createLoadFlusher({ ...cluster, ...context });
  const reportRequester = createReportRequester(clock);
  const processProbes = createProcessProbes({ ...cluster, probe: createLivenessProbe(clock), clock });
  const workerExpiry = createWorkerExpiry({ ...cluster, ...context, loads, processProbes, params });
  const records = createFleetRecords({ ...cluster, ...context, events, metrics });
  const reservations = createBlobReservations();
  const { reader, work, userIdShortage, part: reading } = await openModelReading(config, context, givenReader);
  const { maxBatchSize } = config;
  const solver = config.greedy ? undefined : createSolver({ isolation: environmentOnly, clock });
  const outcomes = createOutcomeRecords({ ...cluster, ...context, blobs, reservations, maxBatchSize, metrics });
  const { record: file, recordBytes: maxBytes } = config;
  const recorder = file === undefined ? undefined : createRecorder({ file, maxBytes, logger });
  const turn = turnParams(config, milliseconds(params.firstJoinMs));
  const loop = createControlLoop({
    recorder,
    ...{ ...cluster, ...context, assigner, outcomes, planLog, events, metrics, ...params },
    ...{ solver, turn },
    onPriced: () => routes.touch(),
    epoch: () => store.epoch,
  });
  const instance = Math.floor(context.rng() * 2 ** 32).toString(36);
  const table = createTableLog(() => `${store.epoch}.${instance}`);
  const onWorkerLost = createSuspicions({
    ...{ ...cluster, ...context, reportRequester, processProbes },
    onSuspected: () => routes.touch(),
  });
  const identity = () => ({
    epoch: store.epoch,
    declared: cluster.mirror.records.declarations.get(declaredKey)?.value,
  });
  const routes = createRoutes({
    ...{ ...routing(cluster, table, planLog), ...context, draining, onHeld: loop.hurry, onWorkerLost },
    isOther: (epoch) => !config.acceptEmptyStore && isOfOtherStore(epoch, identity(), cluster.clusterView().registry),
    usesReach: () => cluster.fleet.usesReach(clock.now()),
    onWorkersReached: (processes) => cluster.fleet.reached(processes, clock.now()),
  });
  const onError = (method: string, error: unknown): void => logger.error('call failed', { method, error });
  const limiter = createServiceLimiter(config, metrics, clock);
  const server = createServer({ ...config, ...access.server, limiter, clock, onError });
  const storeLoss = (): StoreLoss | undefined => store.loss ?? (routes.keepsOtherTables() ? 'replaced' : undefined);
  addServices(server, {
    ...{
      config,
      context,
      cluster,
      records,
      outcomes,
      loads,
      workerExpiry,
      processProbes,
      store,
      refill,
      storeMembers,
      storeLoss,
      blobs,
      reader,
      work,
      userIdShortage,
      assigner,
    },
    ...{ reservations, planLog, events, notices, loop, routes, table, metrics, limiter, params, reportRequester },
    ...{ turn, solver },
  });
  cluster.onChange(() => {
    loop.trigger();
    routes.touch();
  });
  cluster.onLeadership(routes.leadershipChanged);

  const { port, listening, serving } = createServerParts(server, config, context);
  const handover = createHandover(async () => void (await Promise.all([loads.flush(), events.flush()])));
  const lead = (signal: AbortSignal): Promise<void> =>
    cluster.leader.run(advertisedAddress(config, port()), AbortSignal.any([signal, handover.signal]));
  const backups = createBackups({ ...config, ...cluster, ...context, store });
  const ownDelay = {
    isAnyAbsent: () => isAnyAbsent(cluster.clusterView()),
    onDelay: (ms: number) => cluster.fleet.delayed(ms, clock.now()),
    clock,
  };
  const lostWorkers = {
    ...{ ...context, cluster, everyMs: milliseconds(60_000), failed: 'removal of worker records failed' },
    round: () => records.forgetLost(cluster.clusterView()),
  };
  const shapeBuckets = {
    ...{ ...context, cluster, everyMs: milliseconds(1_000), failed: 'planning of shape buckets failed' },
    round: () => records.storeBuckets(),
  };
  const oldVersions = {
    ...{ ...context, cluster, everyMs: milliseconds(60_000), failed: 'removal of replaced versions failed' },
    round: createVersionRemoval({ ...context, cluster, ready: () => isWhole(cluster), keepMs: keepVersionsMs(config) }),
  };
  const knownStore = { ...context, store, file: knownStoreFile(config) };
  const watchingEtcd = [
    background('known store', (signal) => runKnownStore(knownStore, signal)),
    background('store members', (signal) => storeMembers.run(signal)),
  ];
  const compaction = { ...cluster, ...context, store, everyMinutes: config.etcd ? config.etcdCompactMinutes : 0 };
  const collection = {
    ...{ ...cluster, ...context, blobs, reservations, store, metrics, ready: () => isWhole(cluster) },
    params: { graceMs: config.blobGraceHours * 3_600_000 },
  };
  return {
    port,
    runnables: [
      ...recordingPart(recorder),
      probes(config, context, { cluster, routes, planLog, backups, metrics, limiter, storeMembers, storeLoss }),
      part,
      mirroring(cluster, draining),
      listening,
      background('leadership', lead),
      background('routing table', (signal) => routes.run(signal)),
      background('loads', (signal) => loads.run(signal)),
      background('events', (signal) => events.run(signal)),
      background('control loop', (signal) => loop.run(signal)),
      background('own delay', (signal) => watchOwnDelay(ownDelay, signal)),
      background('lost workers', (signal) => runLeaderRounds(lostWorkers, signal)),
      background('replaced versions', (signal) => runLeaderRounds(oldVersions, signal)),
      background('shape buckets', (signal) => runLeaderRounds(shapeBuckets, signal)),
      background('backups', (signal) => backups.run(signal)),
      ...(config.etcd === undefined ? [] : watchingEtcd),
      background('compaction', (signal) => runCompaction(compaction, signal)),
      background('blob collection', (signal) => runBlobCollection(collection, signal)),
      reading,
      ...(solver === undefined ? [] : [solverPart(solver)]),
      serving,
      handover.part,
    ],
  };
}

/** Creates the part that ends the process of the solver. It starts with the first program. */
const solverPart = (solver: Solver): Runnable => ({
  name: 'solver',
  start: async () => undefined,
  stop: () => solver.close(),
});

/** Returns whether the mirror is complete and the plan belongs to the store's current history. */
const isWhole = ({ clusterView, mirror }: Cluster): boolean => mirror.synced && clusterView().settled;

type Routing = Pick<RoutesOptions, 'table' | 'leader' | 'demand' | 'rows' | 'ready' | 'storeAgeMs'>;

/**
 * Returns the parts of the cluster that the routing table needs. After a restore, the table stays unchanged until the
 * plan is settled.
 */
function routing(
  { clusterView, mirror, leader, demand, storeAgeMs }: Cluster,
  table: TableLog,
  planLog: Pick<PlanLog, 'congestion'>,
): Routing {
  const rows = createTableRows();
  return {
    ...{ table, leader, demand, storeAgeMs },
    rows: (routers) => rows(clusterView(), routers, planLog.congestion()),
    ready: () => mirror.synced && clusterView().settled,
  };
}

/** Creates the part that fills the mirror. Its start waits until the store can be listed or the service stops. */
function mirroring({ mirror }: Cluster, draining: AbortSignal): Runnable {
  const stopping = new AbortController();
  return {
    name: 'mirror',
    async start() {
      const stop = (): void => stopping.abort(new Error('the service stops'));
      if (draining.aborted) return stop();
      draining.addEventListener('abort', () => mirror.synced || stop(), { once: true });
      await mirror.start(stopping.signal);
    },
    stop: async () => stopping.abort(new Error('the service stops')),
  };
}

interface ObservedParts {
  readonly cluster: Cluster;
  readonly routes: Routes;
  readonly planLog: Pick<PlanLog, 'unmet' | 'quality' | 'congestion'>;
  readonly backups: Pick<Backups, 'ageMs'>;
  readonly metrics: ControllerMetrics;
  readonly limiter: Limiter;
  readonly storeMembers: StoreMembers;
  readonly storeLoss: () => StoreLoss | undefined;
}

function probes(
  config: ControllerConfig,
  { lifecycle, access }: ServiceContext,
  { cluster, routes, planLog, backups, metrics, limiter, storeMembers, storeLoss }: ObservedParts,
): Runnable {
  return createProbeServer({
    host: config.host,
    port: config.metricsPort,
    openMetrics: hasOpenMetrics(config),
    lifecycle,
    metrics,
    notReady: () => notReady(cluster, storeLoss()),
    observe: () => {
      access.observe(metrics.certificateExpiry);
      observeLimits(limiter, metrics);
      setGauges(metrics, cluster.clusterView(), {
        routers: routes.routers().length,
        storeAgeMs: cluster.storeAgeMs(),
        storeLoss: storeLoss(),
        storeMembers: storeMembers.list(),
        backupAgeMs: backups.ageMs(),
        unmet: planLog.unmet(),
        quality: planLog.quality(),
        congestion: planLog.congestion(),
      });
    },
  });
}

/** Returns why this controller is not ready. A standby controller is ready, because it serves tables and blobs. */
function notReady({ mirror, leader, clusterView }: Cluster, loss: StoreLoss | undefined): readonly string[] {
  if (!mirror.synced)
    return [loss === undefined ? 'waiting for the store' : `waiting for the store: ${describeLoss(loss)}`];
  if (leader.term === undefined && electedLeader(clusterView().records) === undefined)
    return ['no controller leads yet'];
  return [];
}
