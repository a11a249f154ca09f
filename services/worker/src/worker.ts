// Assembles a worker from its parts: executors, replicas, the step runner, the gRPC server, the controller session and
// the probes.

import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { createBlobCache, makeFolder, type BlobCache, type BlobCacheOptions } from '@pareto/blobs';
import { errorText, ParetoError, verifiedRuntime, workerId, type WorkerInfo } from '@pareto/core';
import type { OpenedIsolation } from '@pareto/isolation';
import { defaultLiveCheckParams } from '@pareto/policy';
import { createModelReader, type ModelReader } from '@pareto/models';
import { type wire } from '@pareto/protocol';
import {
  createServer,
  rawUnaryWithReceiver,
  ReceivedQuery,
  type Limiter,
  type LocalInfer,
  type RpcServer,
} from '@pareto/rpc';
import { createExecutorPool, discoverHardware, type ExecutorPool, type Hardware } from '@pareto/runtime';
import {
  advertisedAddress,
  createProbeServer,
  createRecorder,
  createServiceLimiter,
  isolateProcesses,
  hasOpenMetrics,
  observeLimits,
  parseSize,
  startLivenessResponder,
  type Recorder,
  type Runnable,
  type ServiceContext,
} from '@pareto/service';
import { createWorkerMetrics, privateInstruments, type Logger, type WorkerMetrics } from '@pareto/telemetry';
import { createBlobSink } from './blobs/blob-sink.js';
import { createBlobSource } from './blobs/blob-source.js';
import type { WorkerConfig } from './config.js';
import { createControllerSession, type ControllerSession } from './session/controller-session.js';
import { createDeviceSlots } from './devices/device-slots.js';
import { createExecutionHandlers, type ExecutionHandlers } from './serving/execution-service.js';
import { createStepMemory } from './devices/step-memory.js';
import { modelInfer, type InferDeps } from './serving/infer-service.js';
import { limitLocal } from './serving/limit-local.js';
import { createStepRunner, type StepRunner } from './session/step-runner.js';
import { createReplicaSet, type ReplicaSet } from './replicas/replica-set.js';

export interface Worker {
  /** Parts in the order in which they start. */
  readonly runnables: readonly Runnable[];
  /** Address at which others reach the worker, once started. */
  readonly address: string;
  /** Executes a query of a router in this process. */
  readonly infer: LocalInfer;
  /** Answers a ping of a router in this process. */
  readonly ping: () => Promise<wire.PingResponse>;
}

/**
 * Creates the parts of a worker. `devices` is the environment for the drivers of devices. Throws `failed-precondition` if this host cannot serve with the configuration.
 */
export async function createWorker(
  config: WorkerConfig,
  context: ServiceContext,
  devices: Readonly<Record<string, string>> = {},
): Promise<Worker> {
  const { clock, rng, logger, lifecycle, access } = context;
  const checkParams = { ...defaultLiveCheckParams, every: config.checkEvery };
  const isolation = await isolate(config, devices, { logger, clock });
  const work = await openWorkFolder(config);
  const pool = createExecutorPool({
    ...{ size: 1, clock, isolation, environment: devices },
    warmUpFolder: config.warmUpMs > 0 ? work : undefined,
    // A load keeps a core busy. More at a time take as long, and starve everything else.
    loadsAtOnce: availableParallelism(),
  });
  const hardware = await discover(config, pool, logger);
  const runtimeVersion = verifiedRuntime(hardware.runtimeVersion);
  // Another role of the process has its metrics.
  const metrics = createWorkerMetrics(context.flagPrefix === undefined ? undefined : privateInstruments('worker'));
  const draining = (): boolean => lifecycle.draining.aborted;
  const leaving = (): boolean => lifecycle.leaving.aborted;
  const onChange = (): void => session.sendSoon();
  const controllers = { addresses: config.controllers, preferred: () => session.address, access };
  const fetch = createBlobSource(controllers);
  const cache = await openCache(config, { maxBytes: parseSize(config.cacheSize), fetch, clock });
  const stepMemory = createStepMemory();
  const reader = createModelReader({ clock, isolation });
  const bounds = { items: config.queueItems, bytes: parseSize(config.queueSize) };
  const { record: file, recordBytes: maxBytes } = config;
  const recorder = file === undefined ? undefined : createRecorder({ file, maxBytes, logger });
  const shared = {
    pool,
    isolation,
    cache,
    stepMemory,
    slots: createDeviceSlots(hardware.slotGroups, { bounds, clock, rng, checkParams, recorder }),
    examples: join(config.cacheDir, 'mixed'),
    rng,
    clock,
    logger,
    metrics,
    onChange,
  };
  const replicas = createReplicaSet({ ...shared, memoryBytes: hardware.memoryBytes, bounds });
  const stepRunner = createStepRunner({
    ...shared,
    ...{ work, reader },
    upload: createBlobSink({ ...controllers, clock }),
    runtimeVersion,
    profileMs: config.profileMs,
    memoryLimitBytes: () => replicas.memoryFor(undefined),
  });
  const incarnation = randomUUID();
  let port = config.port;
  const worker = (): WorkerInfo => {
    const address = advertisedAddress(config, port);
    const id = workerId(config.id ?? nameOf(address));
    return { id, incarnation, address, ...hardware, runtimeVersion, replacesFiles: true };
  };
  const limiter = createServiceLimiter(config, metrics, clock);
  const session = createControllerSession({
    ...context,
    addresses: config.controllers,
    worker,
    replicas,
    stepRunner,
    leaving,
    limitsReached: () => limiter.counts.lastMinute(),
    userIdShortage: () => isolation.userIdShortage ?? '',
  });
  const execution = createExecutionHandlers({ worker, draining, replicas });
  const serving = { limiter, ...context, config, replicas, metrics, draining, execution };
  const server = createWorkerServer(serving);
  const onPort = (bound: number): void => {
    port = bound;
  };
  return {
    runnables: [
      createProbes(config, { context, metrics, limiter, session, replicas, cache }),
      createServing({
        config,
        context,
        server,
        session,
        replicas,
        stepRunner,
        pool,
        reader,
        isolation,
        recorder,
        incarnation,
        onPort,
      }),
    ],
    get address() {
      return worker().address;
    },
    infer: server.localInfer(
      '/inference.GRPCInferenceService/ModelInfer',
      limitLocal((call, receiver) => modelInfer(call, serving, receiver), limiter),
    ),
    ping: execution.ping,
  };
}

/** Returns an address as a valid worker name, without colons. */
const nameOf = (address: string): string => address.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');

/** Isolates the executors and generators, which read and write the cache. */
async function isolate(
  config: WorkerConfig,
  devices: Readonly<Record<string, string>>,
  context: Pick<ServiceContext, 'logger' | 'clock'>,
): Promise<OpenedIsolation> {
  const { cacheDir } = config;
  await makeFolder(cacheDir).catch(unusable(cacheDir));
  const { PATH: _, ...drivers } = devices;
  const libraries = Object.values(drivers).flatMap((value) => value.split(delimiter).filter(isAbsolute));
  return isolateProcesses(config, { folders: [cacheDir], libraries, secrets: [], ...context });
}

async function discover(config: WorkerConfig, pool: ExecutorPool, logger: Logger): Promise<Hardware> {
  const { slots, memory, deviceMemory, providers } = config;
  const [memoryBytes, deviceMemoryBytes] = [memory, deviceMemory].map((size) =>
    size === undefined ? undefined : parseSize(size),
  );
  try {
    const hardware = await discoverHardware({ slots, memoryBytes, deviceMemoryBytes, providers }, pool);
    for (const { provider, reason } of hardware.absent) logger.info('device not used', { provider, reason });
    return hardware;
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

async function openCache({ cacheDir }: WorkerConfig, options: BlobCacheOptions): Promise<BlobCache> {
  return createBlobCache(cacheDir, options).catch(unusable(cacheDir));
}

/** Folder for files that no later process needs. */
export const workFolder = ({ cacheDir }: WorkerConfig): string => join(cacheDir, 'work');

/** Creates this folder. Deletes the files of an earlier process, which may have been killed. */
async function openWorkFolder(config: WorkerConfig): Promise<string> {
  const folder = workFolder(config);
  await rm(folder, { recursive: true, force: true }).catch(unusable(config.cacheDir));
  await makeFolder(folder).catch(unusable(config.cacheDir));
  return folder;
}

const unusable =
  (cacheDir: string) =>
  (error: unknown): never => {
    const message = `cannot use --cache-dir ${cacheDir}: ${errorText(error)}`;
    throw new ParetoError('failed-precondition', message, { cause: error });
  };

interface ServerDeps extends InferDeps, Pick<ServiceContext, 'access' | 'logger'> {
  readonly execution: ExecutionHandlers;
  readonly limiter: Limiter;
  readonly config: WorkerConfig;
}

/** Creates the gRPC server, which does not listen yet. */
export function createWorkerServer(deps: ServerDeps): RpcServer {
  const onError = (method: string, error: unknown): void => deps.logger.error('call failed', { method, error });
  const server = createServer({
    ...deps.config,
    ...deps.access.server,
    limiter: deps.limiter,
    clock: deps.clock,
    onError,
  });
  server.add('inference.GRPCInferenceService', {
    modelInfer: rawUnaryWithReceiver((payload, call, receiver) =>
      modelInfer(new ReceivedQuery(payload, call), deps, receiver),
    ),
  });
  server.add('pareto.v1.Execution', deps.execution);
  return server;
}

interface ServingDeps {
  readonly config: WorkerConfig;
  readonly context: ServiceContext;
  readonly server: RpcServer;
  readonly session: ControllerSession;
  readonly replicas: ReplicaSet;
  readonly stepRunner: StepRunner;
  readonly pool: ExecutorPool;
  readonly isolation: Disposable;
  readonly recorder: Recorder | undefined;
  readonly reader: ModelReader;
  readonly incarnation: string;
  readonly onPort: (port: number) => void;
}

/**
 * Creates the part that serves queries: it listens before the worker joins the controller, and ends the session only
 * after the last query is answered.
 */
function createServing({
  config,
  context,
  server,
  session,
  replicas,
  stepRunner,
  pool,
  isolation,
  recorder,
  reader,
  incarnation,
  onPort,
}: ServingDeps): Runnable {
  let liveness: AsyncDisposable | undefined;
  context.lifecycle.leaving.addEventListener('abort', () => {
    server.setServing(false);
    session.sendSoon();
  });
  return {
    name: 'worker',
    async start(fail) {
      const port = await server.listen(config.host, config.port, `--${context.flagPrefix ?? ''}port`);
      onPort(port);
      liveness = await startLivenessResponder({ ...context, host: config.host, port, incarnation });
      server.setServing(true);
      await session.start(fail);
    },
    async stop() {
      await Promise.all([server.drain(config.drainTimeoutMs), stepRunner.stop()]);
      reader[Symbol.dispose]();
      await replicas.drainAll();
      await liveness?.[Symbol.asyncDispose]();
      await session.stop();
      server.close();
      await pool[Symbol.asyncDispose]();
      isolation[Symbol.dispose]();
      await recorder?.close();
    },
  };
}

interface ProbeDeps {
  readonly context: ServiceContext;
  readonly metrics: WorkerMetrics;
  readonly limiter: Limiter;
  readonly session: ControllerSession;
  readonly replicas: ReplicaSet;
  readonly cache: BlobCache;
}

function createProbes(
  config: WorkerConfig,
  { context, metrics, limiter, session, replicas, cache }: ProbeDeps,
): Runnable {
  metrics.cacheLimit.set(parseSize(config.cacheSize));
  const observe = (): void => {
    context.access.observe(metrics.certificateExpiry);
    observeLimits(limiter, metrics);
    metrics.controllerConnected.set(session.connected ? 1 : 0);
    metrics.controllerAge.set(session.ageMs / 1000);
    metrics.cacheBytes.set(cache.sizeBytes);
    metrics.replicas.reset();
    metrics.queuedItems.reset();
    metrics.replicaMemory.reset();
    for (const { state, variant, queuedItems, memoryBytes } of replicas.observe(false).reports) {
      metrics.replicas.add(1, { state });
      metrics.queuedItems.add(queuedItems, { variant });
      metrics.replicaMemory.add(memoryBytes, { variant });
    }
  };
  const notReady = (): readonly string[] =>
    session.synced
      ? []
      : [`no assignments received from a controller yet: ${session.problem ?? 'waiting for the first ones'}`];
  const { host, metricsPort } = config;
  const openMetrics = hasOpenMetrics(config);
  const { lifecycle, flagPrefix = '' } = context;
  const portFlag = `--${flagPrefix}metrics-port`;
  return createProbeServer({ host, port: metricsPort, portFlag, openMetrics, lifecycle, notReady, metrics, observe });
}
