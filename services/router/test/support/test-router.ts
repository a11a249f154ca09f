// Starts a complete router in this process, with clients of it.

import { createSeededRng, systemClock, type Clock } from '@pareto/core';
import { encodeInferRequest, type ParameterInput } from '@pareto/protocol';
import {
  createChannel,
  createClient,
  createRawCaller,
  type CallOptions,
  type RawReply,
  type ServiceClient,
} from '@pareto/rpc';
import { createLifecycle, createRunGroup, createTokenAccess, loadConfig } from '@pareto/service';
import { createLogger, createTracer, type Tracer } from '@pareto/telemetry';
import { createRouter, routerConfig, type LocalWorker, type RouterConfig } from '../../src/index.js';

export const token = 'a-secret-of-tests';

export interface TestRouter {
  readonly routerId: string;
  readonly address: string;
  /** URL of the HTTP endpoint. */
  readonly url: string;
  readonly inference: ServiceClient<'pareto.v1.Inference'>;
  readonly protocol: ServiceClient<'inference.GRPCInferenceService'>;
  infer(query?: InferQuery, options?: CallOptions): Promise<RawReply>;
  /** Returns the metrics in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Returns the body of /readyz. */
  readyz(): Promise<string>;
  stop(): Promise<void>;
}

export interface InferQuery {
  readonly model?: string;
  readonly version?: string;
  readonly items?: number;
  readonly parameters?: Readonly<Record<string, ParameterInput>>;
  readonly bytes?: number;
}

export function requestOf(query: InferQuery = {}): Buffer {
  const { model = 'digits', version = '', items = 1, parameters = {}, bytes = items * 8 } = query;
  return encodeInferRequest({
    modelName: model,
    modelVersion: version,
    id: 'q1',
    parameters: Object.entries(parameters),
    inputs: [{ name: 'x', datatype: 'FP32', shape: [items, 2], raw: Buffer.alloc(bytes) }],
  });
}

interface RouterParts {
  readonly tracer?: Tracer;
  readonly clock?: Clock | undefined;
  /** Worker in the process of the router. */
  readonly local?: LocalWorker | undefined;
}

export async function startRouter(
  controllers: readonly string[],
  overrides: Partial<RouterConfig> = {},
  { tracer: ownTracer, clock = systemClock, local }: RouterParts = {},
): Promise<TestRouter> {
  const argv = [
    '--port',
    '0',
    '--http-port',
    '0',
    '--metrics-port',
    '0',
    '--cluster-token-file',
    'none',
    '--decision-slots',
    '64',
  ];
  const sources = { argv: [...argv, '--controllers', controllers.join(',')], env: {}, readFile: () => '' };
  const loaded = loadConfig(routerConfig, sources);
  if (loaded.kind === 'help') throw new Error(loaded.text);
  const logger = createLogger({ service: 'router', level: 'silent', format: 'json' });
  const lifecycle = createLifecycle(logger);
  const access = createTokenAccess(token, { role: 'router', clock, logger });
  const tracer = ownTracer ?? (await createTracer({ service: 'router' }));
  const context = { logger, lifecycle, clock, tracer, rng: createSeededRng(nextSeed++), access };
  const router = createRouter({ ...loaded.config, ...overrides }, context, local && { local: local });
  const { lameDuckMs = 0 } = overrides;
  const group = createRunGroup(router.runnables, { lifecycle, logger, clock, lameDuckMs, stopTimeoutMs: 5000 });
  await group.start();
  const address = `127.0.0.1:${router.port}`;
  const channel = createChannel(address);
  const probe = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${router.metricsPort}/${path}`)).text();
  const call = createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer');
  return {
    routerId: router.routerId,
    address,
    url: `http://127.0.0.1:${router.httpPort}`,
    inference: createClient(channel, 'pareto.v1.Inference'),
    protocol: createClient(channel, 'inference.GRPCInferenceService'),
    infer: (query, options) => call(requestOf(query), options),
    metrics: () => probe('metrics'),
    readyz: () => probe('readyz'),
    async stop() {
      await group.stop();
      channel.close();
    },
  };
}

let nextSeed = 1;
