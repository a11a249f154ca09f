// The router's parts, put together.

import { createTrace } from '@pareto/policy';
import { createServer, type RpcServer } from '@pareto/rpc';
import { createProbeServer, tokenMetadata, type Runnable, type ServiceContext } from '@pareto/service';
import { createRouterMetrics, type RouterMetrics } from '@pareto/telemetry';
import { inferenceHandlers } from './api/inference-api.js';
import { protocolHandlers } from './api/protocol-api.js';
import { createChanges } from './changes.js';
import type { RouterConfig } from './config.js';
import { createDecisionLog } from './decisions/decision-log.js';
import { createDemandRecorder } from './demand/demand-recorder.js';
import { createHolds } from './query/holds.js';
import { createRetryBudget } from './query/retry-budget.js';
import type { RouterCore } from './query/router-core.js';
import { createTableClient } from './table/table-client.js';
import { createLoadTracker } from './workers/load-tracker.js';
import { createGrpcLink } from './workers/worker-link.js';
import { createWorkerPool } from './workers/worker-pool.js';

export interface Router {
  readonly runnables: readonly Runnable[];
  readonly routerId: string;
  /** The bound gRPC port, once started. */
  readonly port: number;
}

const serverVersion = '0.1.0';

export function createRouter(config: RouterConfig, context: ServiceContext): Router {
  const { clock, rng, logger, lifecycle, tracer, clusterToken } = context;
  const { maxMessageBytes } = config;
  const routerId = `${config.id}-${Math.floor(rng() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')}`;
  const metrics = createRouterMetrics();
  const changes = createChanges();
  const loads = createLoadTracker();
  const metadata = tokenMetadata(clusterToken);
  const workers = createWorkerPool({
    createLink: (address) => createGrpcLink(address, { metadata, maxMessageBytes }),
    loads,
    onRecovered: () => changes.notify(),
    clock,
    logger,
  });
  let port = config.port;
  const tables = createTableClient({
    controllers: config.controllers,
    routerId,
    address: () => config.advertise ?? `${config.host}:${port}`,
    clusterToken,
    onTable(table) {
      loads.adopt(table);
      workers.adopt(table);
      server.setServing(lifecycle.state === 'serving' || lifecycle.state === 'starting');
      changes.notify();
    },
    clock,
    rng,
    logger,
  });
  const demand = createDemandRecorder({ send: (message) => tables.sendDemand(message), clock });
  const core: RouterCore = {
    routerId,
    tables,
    loads,
    workers,
    demand,
    decisions: createDecisionLog(config.decisionSlots, clock),
    holds: createHolds({ changes, maxHoldMs: config.maxHoldMs, draining: lifecycle.draining, clock }),
    budget: createRetryBudget(),
    trace: createTrace(),
    params: {
      select: { hopMs: config.hopMs },
      admit: { maxHeld: config.maxHeld, maxHeldBytes: config.maxHeldBytes },
      replayBytes: config.replayBytes,
      maxAttempts: 4,
    },
    draining: lifecycle.draining,
    metrics,
    tracer,
    clock,
    rng,
  };
  const notReady = (): readonly string[] => [
    ...(tables.table === undefined ? ['no routing table yet: no controller has answered'] : []),
    ...(lifecycle.draining.aborted ? ['draining'] : []),
  ];
  const server = createServer({
    maxMessageBytes,
    clock,
    onError: (method, error) => logger.error('defect in a handler', { method, error }),
  });
  server.add('inference.GRPCInferenceService', protocolHandlers(core, { serverVersion, notReady }));
  server.add('pareto.v1.Inference', inferenceHandlers(core));
  const grpc = serverRunnable(server, config, (bound) => (port = bound));
  const probes = createProbeServer({
    host: config.host,
    port: config.metricsPort,
    lifecycle,
    notReady,
    metrics,
    observe: () => observe(core, metrics),
  });
  return {
    routerId,
    get port() {
      return port;
    },
    // Stopped in reverse: the session first, so that others stop sending here, then the calls under way.
    runnables: [probes, workers, demand, grpc, tables],
  };
}

function serverRunnable(server: RpcServer, config: RouterConfig, onPort: (port: number) => void): Runnable {
  return {
    name: 'grpc server',
    start: async () => onPort(await server.listen(config.host, config.port)),
    stop: () => server.drain(config.drainTimeoutMs),
  };
}

function observe({ tables, loads, holds }: RouterCore, metrics: RouterMetrics): void {
  metrics.controllerConnected.set(tables.connected ? 1 : 0);
  metrics.tableStaleness.set(tables.ageMs / 1000);
  metrics.tableRevision.set(tables.table?.version.revision ?? 0);
  metrics.replicas.set(loads.usable);
  metrics.held.set(holds.held(undefined).count);
}
