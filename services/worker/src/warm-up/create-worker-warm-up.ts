// Warms up a worker: parts of their own, in this process, run queries of a tiny model in an executor process. They share the
// compiled code with the worker's parts, and no statistics, metrics or slots.

import { randomBytes } from 'node:crypto';
import type { BlobCache } from '@pareto/blobs';
import {
  bytes,
  createHardwareClass,
  digest,
  milliseconds,
  replicaId,
  variantId,
  workerId,
  type Signature,
  type WorkerInfo,
} from '@pareto/core';
import { decisionKey, decisionVersion, encodeDecision, encodeInferRequest } from '@pareto/protocol';
import { createChannel, createRawCaller } from '@pareto/rpc';
import { defaultLiveCheckParams, type AssignedReplica } from '@pareto/policy';
import { createExecutorPool, createWarmUpModel, warmUpWidth } from '@pareto/runtime';
import {
  createServiceLimiter,
  createTokenAccess,
  createWarmUp,
  tokenMetadata,
  type Runnable,
  type ServiceContext,
  type WarmUpPath,
} from '@pareto/service';
import { createLogger, createTracer, createWorkerMetrics, privateInstruments } from '@pareto/telemetry';
import type { WorkerConfig } from '../config.js';
import { createDeviceSlots } from '../devices/device-slots.js';
import { createStepMemory } from '../devices/step-memory.js';
import { createReplicaSet } from '../replicas/replica-set.js';
import { createExecutionHandlers } from '../serving/execution-service.js';
import { createWorkerServer, workFolder } from '../worker.js';

const inferPath = '/inference.GRPCInferenceService/ModelInfer';
const host = '127.0.0.1';
const name = 'warm-up';
const variant = variantId(`${name}:original`);
const memoryBytes = 2 ** 30;
const batchCeiling = 8;
const timeoutMs = 5_000;

const hardwareClass = createHardwareClass({ provider: 'cpu', device: name, instructionSet: name });
const slotGroup = {
  ...{ hardwareClass, slots: 1, driver: '', memoryPerSlot: bytes(memoryBytes) },
  ...{ deviceMemoryBytes: bytes(0), deviceId: '' },
};
const tensor = (of: 'x' | 'y') => ({ name: of, datatype: 'FP32', dims: [warmUpWidth] }) as const;
const signature: Signature = { inputs: [tensor('x')], outputs: [tensor('y')], batched: true };

const replica: AssignedReplica = {
  replica: replicaId(name),
  spec: {
    ...{ variant, version: 1, provider: 'cpu', option: undefined, modelDigest: digest(`sha256:${'0'.repeat(64)}`) },
    ...{ manifest: { files: [] }, signature, maxBatchSize: batchCeiling, labels: {} },
  },
  hardwareClass: hardwareClass.id,
  batchCeiling,
  profile: {
    points: [1, batchCeiling].map((batch) => ({
      ...{ batch, p50Ms: milliseconds(0.11), p95Ms: milliseconds(0.13), p99Ms: milliseconds(0.17), runs: 100 },
    })),
    ...{ loadMs: milliseconds(1), coldLoadMs: milliseconds(1), memoryBytes: bytes(0), baseMemoryBytes: bytes(0) },
    ...{ predictionError: undefined, runtimeVersion: '', providerUsed: 'cpu', nodesByProvider: {}, shapes: {} },
    rows: { kind: 'proved' },
  },
  usdPerHour: 0.048,
};

const worker: WorkerInfo = {
  ...{ id: workerId(name), incarnation: name, address: host, slotGroups: [slotGroup], runtimeVersion: '' },
  memoryBytes: bytes(memoryBytes),
  replacesFiles: true,
};

const query = encodeInferRequest({
  ...{ modelName: name, id: name },
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, warmUpWidth], raw: Buffer.alloc(4 * warmUpWidth) }],
});
const decision = encodeDecision(
  {
    ...{ decisionId: `${name}.1.1`, replica: name, variant, accuracy: undefined, latencyLeftMs: 9_999.7 },
    ...{ costPer1k: 4.9e-8, coldStart: false, degraded: false },
  },
  decisionVersion,
);

export const createWorkerWarmUp = (config: WorkerConfig, context: ServiceContext): Runnable =>
  createWarmUp({ ...config, ...context, open: () => openPath(config, context) });

/** Checks no batch of the warm-up. */
const checkParams = { ...defaultLiveCheckParams, every: 0 };

async function openPath(config: WorkerConfig, { clock, rng }: ServiceContext): Promise<WarmUpPath> {
  const logger = createLogger({ service: 'worker', level: 'silent', format: 'json' });
  const token = randomBytes(16).toString('hex');
  const access = createTokenAccess(token, { role: 'worker', clock, logger });
  const metrics = createWorkerMetrics(privateInstruments('worker'));
  const tracer = await createTracer({ service: 'worker', endpoint: undefined });
  const model = await createWarmUpModel(workFolder(config));
  const pool = createExecutorPool({ size: 0, clock });
  const bounds = { items: config.queueItems, bytes: memoryBytes };
  const replicas = createReplicaSet({
    ...{ pool, cache: cacheOf(model.modelPath), stepMemory: createStepMemory(), clock, logger, metrics, memoryBytes },
    ...{ slots: createDeviceSlots([slotGroup], { bounds, clock, rng, checkParams }), rng, examples: '', bounds },
    onChange: () => undefined,
  });
  replicas.apply({ replicas: [replica], keepUnlisted: false, kept: [] });
  const draining = (): boolean => false;
  const server = createWorkerServer({
    ...{ config, replicas, metrics, tracer, access, clock, logger, draining },
    execution: createExecutionHandlers({ worker: () => worker, draining, replicas }),
    limiter: createServiceLimiter(config, metrics, clock),
  });
  const channel = createChannel(`${host}:${await server.listen(host, 0)}`);
  const call = createRawCaller(channel, inferPath);
  const metadata = { ...tokenMetadata(token), [decisionKey]: decision };
  return {
    call: () => call(query, { metadata, timeoutMs }),
    async [Symbol.asyncDispose]() {
      channel.close();
      server.close();
      await replicas.drainAll();
      await pool[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** Returns a cache with one model. */
const cacheOf = (modelPath: string): BlobCache => ({
  sizeBytes: 0,
  open: () => Promise.reject(new Error('there is only a model')),
  openModel: async () => ({ path: modelPath, release: async () => undefined }),
});
