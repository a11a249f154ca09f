// Warms up a router: a second router in this process, with parts of its own, sends queries to a worker that runs nothing. The
// two share the compiled code, and no statistics, metrics, demand or decisions.

import { randomBytes } from 'node:crypto';
import { createChannel, createRawCaller } from '@pareto/rpc';
import {
  createLifecycle,
  createRunGroup,
  createTokenAccess,
  createWarmUp,
  type Runnable,
  type ServiceContext,
  type WarmUpPath,
} from '@pareto/service';
import { createLogger, createRouterMetrics, createTracer, privateInstruments } from '@pareto/telemetry';
import { noHttp, type RouterConfig } from '../config.js';
import { createRouter } from '../create-router.js';
import type { TableClient, TableClientOptions } from '../table/table-client.js';
import { createWarmUpWorker, warmUpQueries, warmUpTable } from './warm-up-target.js';

const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const host = '127.0.0.1';
const decisionSlots = 64;
const timeoutMs = 5_000;
const stopTimeoutMs = 500;

export const createRouterWarmUp = (config: RouterConfig, context: ServiceContext): Runnable =>
  createWarmUp({ ...config, ...context, open: () => openPath(config, context) });

async function openPath(config: RouterConfig, { clock, rng }: ServiceContext): Promise<WarmUpPath> {
  const logger = createLogger({ service: 'router', level: 'silent', format: 'json' });
  const lifecycle = createLifecycle(logger);
  const access = createTokenAccess(randomBytes(16).toString('hex'), { role: 'router', clock, logger });
  const worker = createWarmUpWorker();
  const address = `${host}:${await worker.listen(host, 0)}`;
  const local = { host, record: undefined, advertise: undefined, port: 0, metricsPort: 0, httpPort: noHttp };
  const router = createRouter(
    { ...config, ...local, certs: undefined, decisionSlots, drainTimeoutMs: stopTimeoutMs },
    { logger, lifecycle, access, tracer: await createTracer({ service: 'router', endpoint: undefined }), clock, rng },
    {
      metrics: createRouterMetrics(privateInstruments('router')),
      createTables: (options) => createFixedTables(address, options),
    },
  );
  const group = createRunGroup(router.runnables, { lifecycle, logger, clock, stopTimeoutMs });
  try {
    await group.start();
  } catch (error) {
    worker.close();
    throw error;
  }
  const channel = createChannel(`${host}:${router.port}`);
  const call = createRawCaller(channel, inferPath);
  return {
    call: (index) => call(warmUpQueries[index % warmUpQueries.length] ?? Buffer.alloc(0), { timeoutMs }),
    async [Symbol.asyncDispose]() {
      channel.close();
      await group.stop();
      worker.close();
    },
  };
}

/** Returns what stands in for the session with the controllers: a table that does not change. */
function createFixedTables(address: string, { onTable }: TableClientOptions): TableClient {
  const table = warmUpTable(address);
  return {
    ...{ name: 'fixed table', table, connected: true, problem: undefined, controllerAgeMs: 0, ageMs: 0, stale: false },
    sendDemand: () => true,
    reportLost: () => undefined,
    start: async () => onTable(table),
    stop: async () => undefined,
  };
}
