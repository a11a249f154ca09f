// Assembles the router from its parts.

import { cutText, type Rng } from '@pareto/core';
import { createServer, type Limiter, type RpcServer } from '@pareto/rpc';
import {
  advertisedAddress,
  createProbeServer,
  createServiceLimiter,
  hasOpenMetrics,
  observeLimits,
  productVersion,
  recordingPart,
  type ProbeServer,
  type Runnable,
  type ServiceContext,
} from '@pareto/service';
import { createRouterMetrics, type RouterMetrics } from '@pareto/telemetry';
import { inferenceHandlers } from './api/inference-api.js';
import { protocolHandlers } from './api/protocol-api.js';
import { withTableAge } from './api/table-age.js';
import type { RouterConfig } from './config.js';
import { createParts, type Parts } from './create-parts.js';
import { createNonces } from './decisions/decision-id.js';
import { createDecisionLog } from './decisions/decision-log.js';
import { createHttp } from './create-http.js';
import { createArrivalRecorder } from './query/arrival-recorder.js';
import { createLoopLag } from './query/loop-lag.js';
import { addSeries } from './query/record-end.js';
import type { RouterContext } from './query/router-context.js';
import { createTableClient } from './table/table-client.js';
import type { LocalWorker } from './workers/worker-link.js';

export interface Router {
  readonly runnables: readonly Runnable[];
  readonly routerId: string;
  /** The bound gRPC port, once started. */
  readonly port: number;
  /** The bound port of the protocol's HTTP endpoint. Undefined if HTTP is disabled. */
  readonly httpPort: number | undefined;
  /** The bound port of the probes and metrics. */
  readonly metricsPort: number;
}

/** Parts that a router can be created with. By default it creates its own. */
export interface RouterParts {
  readonly metrics?: RouterMetrics;
  readonly createTables?: typeof createTableClient;
  /** Worker in the same process, which must start before the router. */
  readonly local?: LocalWorker;
}

export function createRouter(
  config: RouterConfig,
  context: ServiceContext,
  { metrics = createRouterMetrics(), createTables = createTableClient, local }: RouterParts = {},
): Router {
  const { clock, lifecycle, logger } = context;
  const routerId = `${config.id}-${randomHex(context.rng)}`;
  let port = config.port;
  const guard = withTableAge(context.access.server.guard, () => parts.tables);
  const onError = (method: string, error: unknown): void =>
    logger.error('defect in a handler', { method: cutText(method), error });
  const limiter = createServiceLimiter(config, metrics, clock);
  const server = createServer({ ...config, ...context.access.server, guard, limiter, clock, onError });
  const parts = createParts(config, context, {
    ...{ routerId, metrics, limiter, createTables, local },
    address: () => advertisedAddress(config, port),
    onTable: () => server.setServing(!lifecycle.leaving.aborted),
  });
  const router = createContext(config, context, { routerId, limiter, ...parts });
  const notReady = (): readonly string[] => notReadyReasons(parts, lifecycle.leaving);
  const handlers = protocolHandlers(router, { serverVersion: productVersion, notReady, settings: config });
  server.add('inference.GRPCInferenceService', handlers);
  server.add('pareto.v1.Inference', inferenceHandlers(router));
  const http = createHttp(config, context, { handlers, guard, limiter, onError });
  lifecycle.leaving.addEventListener('abort', () => server.leave());
  const grpc = serverRunnable(server, config, (bound) => (port = bound));
  const channels: Runnable = {
    name: 'channels to controllers and other routers',
    start: async () => undefined,
    async stop() {
      parts.controller[Symbol.dispose]();
      parts.otherRouters[Symbol.dispose]();
    },
  };
  const probes = createProbes(config, context, router, { notReady, limiter });
  return {
    routerId,
    get port() {
      return port;
    },
    get httpPort() {
      return http?.port;
    },
    get metricsPort() {
      return probes.port;
    },
    // Stopped in reverse order: the session with the controller ends first, so that no new queries are sent here.
    runnables: [
      ...recordingPart(parts.recorder ?? parts.arrivalLog),
      probes,
      channels,
      parts.workers,
      parts.core,
      ...(http === undefined ? [] : [http]),
      grpc,
      parts.tables,
    ],
  };
}

const randomHex = (rng: Rng): string =>
  Math.floor(rng() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');

function createContext(
  config: RouterConfig,
  context: ServiceContext,
  parts: Parts & Pick<RouterContext, 'routerId' | 'limiter'>,
): RouterContext {
  const { clock, lifecycle, tracer, access } = context;
  return {
    ...parts,
    access,
    decisions: createDecisionLog({
      router: parts.routerId,
      slots: config.decisionSlots,
      nextNonce: createNonces(),
      clock,
    }),
    loopLag: createLoopLag(clock),
    arrivals: parts.arrivalLog && createArrivalRecorder(parts.arrivalLog, clock),
    draining: lifecycle.draining,
    holdLimitMs: config.maxHoldMs,
    tracer,
    clock,
  };
}

function notReadyReasons({ tables }: Parts, leaving: AbortSignal): readonly string[] {
  return [
    ...(tables.table === undefined ? [`no routing table yet: ${tables.problem ?? 'waiting for a controller'}`] : []),
    ...(leaving.aborted ? ['shutting down'] : []),
  ];
}

function createProbes(
  config: RouterConfig,
  { access, lifecycle }: ServiceContext,
  router: RouterContext,
  { notReady, limiter }: { readonly notReady: () => readonly string[]; readonly limiter: Limiter },
): ProbeServer {
  const { metrics } = router;
  const observeAll = (): void => {
    access.observe(metrics.certificateExpiry);
    observeLimits(limiter, metrics);
    observe(router, metrics);
  };
  const { host, metricsPort } = config;
  const openMetrics = hasOpenMetrics(config);
  return createProbeServer({ host, port: metricsPort, openMetrics, lifecycle, notReady, metrics, observe: observeAll });
}

function serverRunnable(server: RpcServer, config: RouterConfig, onPort: (port: number) => void): Runnable {
  return {
    name: 'grpc server',
    start: async () => onPort(await server.listen(config.host, config.port)),
    stop: () => server.drain(config.drainTimeoutMs),
  };
}

function observe({ tables, core }: RouterContext, metrics: RouterMetrics): void {
  metrics.controllerConnected.set(tables.connected ? 1 : 0);
  metrics.controllerAge.set(tables.controllerAgeMs / 1000);
  metrics.tableStaleness.set(tables.ageMs / 1000);
  metrics.tableRevision.set(tables.table?.version.revision ?? 0);
  metrics.replicas.set(core.loads.callable());
  metrics.held.set(core.held.count);
  addSeries(metrics, tables.table);
}
