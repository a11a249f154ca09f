// Runs a worker in this process, with real executors and a fake controller, and sends queries as a router does.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { manifestDigest } from '@pareto/blobs';
import { systemClock, systemRng, type Clock, type DataType, type ParetoError } from '@pareto/core';
import { inspectGraph } from '@pareto/models';
import {
  decisionKey,
  decisionVersion,
  decodeInferResponse,
  encodeDecision,
  encodeInferRequest,
  payloadOf,
  scanInferRequest,
  type DecodedInferResponse,
  type RequestedOutput,
  type RoutedDecision,
  type wire,
} from '@pareto/protocol';
import { createChannel, createRawCaller, type RawReply, type RoutedReply } from '@pareto/rpc';
import { createLifecycle, createRunGroup, createTokenAccess, tokenMetadata, type RunGroup } from '@pareto/service';
import { createLogger, createTracer, type TracerOptions } from '@pareto/telemetry';
import { createTempFolder, freePorts } from '@pareto/testkit';
import { createWorker, workerConfig, type WorkerConfig } from '../../src/index.js';
import { startFakeController, type FakeController } from './fake-controller.js';

export const token = 'a-secret-that-is-long-enough';
const fixtures = '../../../../packages/runtime/test/fixtures/';

export const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`${fixtures}${name}.onnx`, import.meta.url)));

/** Reads a file of the digits example. */
export const digits = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../../../../examples/digits/${name}`, import.meta.url)));

export interface TestWorker extends AsyncDisposable {
  readonly controller: FakeController;
  readonly address: string;
  readonly metricsUrl: string;
  readonly cacheDir: string;
  readonly group: RunGroup;
  /** Adds the model's blob and returns the variant `name:original`. */
  spec(name: string, model: Uint8Array, maxBatchSize?: number): wire.VariantSpecInput;
  infer(query: RoutedQuery): Promise<RawReply>;
  /** Infers as a router in the process of the worker does. Resolves with the outcome, also if that is an error. */
  inferLocally(query: Pick<RoutedQuery, 'replica' | 'body'>): Promise<RoutedReply | ParetoError>;
}

interface RoutedQuery {
  readonly replica: string;
  readonly body: Buffer;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface TestWorkerOptions {
  /** Controller of the worker. Default: a new one. */
  readonly controller?: FakeController;
  readonly tracing?: Omit<TracerOptions, 'service'>;
  /** Environment of the device drivers. */
  readonly devices?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
}

export async function startTestWorker(
  config: Partial<WorkerConfig> = {},
  { controller: given, tracing = {}, devices = {}, clock = systemClock }: TestWorkerOptions = {},
): Promise<TestWorker> {
  const folder = await createTempFolder();
  const controller = given ?? (await startFakeController());
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const logger = createLogger({ service: 'worker', level: 'silent', format: 'json' });
  const lifecycle = createLifecycle(logger);
  const tracer = await createTracer({ service: 'worker', ...tracing });
  const access = createTokenAccess(token, { role: 'worker', clock, logger });
  const context = { logger, tracer, lifecycle, clock, rng: systemRng, access };
  const full = workerConfig.schema.parse({
    ...defaults,
    ...{ cacheDir: folder.path, controllers: [controller.address], port, metricsPort, profileMs: 200 },
    ...config,
  });
  const { runnables, infer: inferLocally } = await createWorker(full, context, devices);
  const group = createRunGroup(runnables, {
    lifecycle,
    logger,
    clock,
    stopTimeoutMs: 10_000,
  });
  await group.start();
  const address = `127.0.0.1:${port}`;
  const channel = createChannel(address);
  const call = createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer');
  return {
    controller,
    address,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    cacheDir: folder.path,
    group,
    spec: (name, model, maxBatchSize = 64) => specOf(controller, name, model, maxBatchSize),
    infer: ({ replica, body, metadata, ...options }) =>
      call(body, { ...options, metadata: { ...tokenMetadata(token), ...decisionFor(replica), ...metadata } }),
    inferLocally: ({ replica, body }) =>
      new Promise((resolve) => {
        const payload = payloadOf(body);
        const request = scanInferRequest(payload);
        inferLocally(
          { payload, request, decision: decisionOf(replica), traceparent: undefined, timeoutMs: undefined },
          resolve,
        );
      }),
    async [Symbol.asyncDispose]() {
      channel.close();
      await group.stop();
      await tracer.shutdown();
      controller.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const defaults: Partial<WorkerConfig> = {
  clusterTokenFile: 'unused',
  drainTimeoutMs: 5000,
  id: 'w1',
  cacheSize: '1g',
  slots: 1,
  warmUpMs: 0,
  memory: '4g',
  queueItems: 64,
  queueSize: '64m',
};

function specOf(
  controller: FakeController,
  name: string,
  model: Uint8Array,
  maxBatchSize: number,
): wire.VariantSpecInput {
  const manifest = {
    files: [{ path: 'model.onnx', digest: controller.addBlob(model), sizeBytes: model.length as never }],
  };
  const { signature } = inspectGraph(model);
  return {
    variant: `${name}:original`,
    version: 3,
    provider: 'cpu',
    manifest,
    modelDigest: manifestDigest(manifest),
    signature,
    maxBatchSize: signature.batched ? maxBatchSize : 0,
  };
}

const profile = {
  points: [1, 64].map((batch) => ({ batch, p50Ms: 0.1, p95Ms: 0.1, p99Ms: 0.1, runs: 10 })),
  loadMs: 1,
  coldLoadMs: 2,
  memoryBytes: 10e6,
  runtimeVersion: '1',
  providerUsed: 'cpu',
  rows: { verdict: 'proved' },
};

export const order = (
  replicaId: string,
  spec: wire.VariantSpecInput,
  batchCeiling = 64,
): wire.ReplicaAssignmentInput => ({
  replicaId,
  spec,
  hardwareClass: 'cpu/x/avx2/4g',
  batchCeiling,
  profile,
  usdPerHour: 3.6e6,
});

const decisionOf = (replica: string): RoutedDecision => {
  const outcome = { variant: '', accuracy: 0.9, costPer1k: 0.02, coldStart: false, degraded: true };
  return { decisionId: 'r1.7', replica, ...outcome, latencyLeftMs: 60_000 };
};

const decisionFor = (replica: string): Readonly<Record<string, string>> => ({
  [decisionKey]: encodeDecision(decisionOf(replica), decisionVersion),
});

export interface FloatQuery {
  readonly modelName?: string;
  readonly name?: string;
  readonly datatype?: DataType;
  readonly outputs?: readonly (string | RequestedOutput)[];
}

export function floatRequest(shape: readonly number[], values: readonly number[], query: FloatQuery = {}): Buffer {
  const { modelName = 'task', name = 'x', datatype = 'FP32', outputs = [] } = query;
  const raw = Buffer.from(Float32Array.from(values).buffer);
  return encodeInferRequest({ modelName, id: 'q1', inputs: [{ name, datatype, shape, raw }], outputs });
}

export function floatsOf({ body }: RawReply): readonly number[] {
  const raw = decodeInferResponse(body).outputs[0]?.raw ?? Buffer.alloc(0);
  return Array.from({ length: raw.length / 4 }, (_, index) => raw.readFloatLE(4 * index));
}

export const decode = ({ body }: RawReply): DecodedInferResponse => decodeInferResponse(body);
