// The only target of a router that warms itself up: a variant with one replica, on a worker that runs nothing.

import {
  bytes,
  hardwareClassId,
  milliseconds,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  type Candidate,
  type RoutingTable,
  type TargetEntry,
} from '@pareto/core';
import {
  decisionKey,
  decisionVersion,
  decodeDecision,
  encodeInferRequest,
  encodeInferResponse,
  formatLoad,
  loadKey,
} from '@pareto/protocol';
import { createServer, rawUnary, type RpcServer } from '@pareto/rpc';

const name = 'warm-up';
const variant = `${name}:original`;
const replica = 'warm-up';
/** Numbers of values in the inputs of the queries. */
const widths = [16, 256, 4_096];

/** Messages of queries, small and large. They are repeated in this order. */
export const warmUpQueries: readonly Buffer[] = widths.map((width) =>
  encodeInferRequest({
    modelName: name,
    id: 'warm-up',
    parameters: [['latency_ms', 10_000]],
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, width], raw: Buffer.alloc(4 * width) }],
  }),
);

/** Creates a worker that answers every query immediately. */
export function createWarmUpWorker(): RpcServer {
  const answer = encodeInferResponse(
    {
      ...{ modelName: name, modelVersion: '1', id: 'warm-up', parameters: [['pareto_variant', variant]] },
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 16], raw: Buffer.alloc(64) }],
    },
    false,
  );
  // Fractions, as in real loads: code that was compiled for integers alone would have to be compiled again.
  const load = {
    ...{ queuedItems: 0, runningItems: 1, backlogMs: 0.12, itemMs: 0.11, typical: 1.02, slow: 1.31, interfered: false },
  };
  const server = createServer();
  server.add('inference.GRPCInferenceService', {
    modelInfer: rawUnary(async (_body, call) => {
      call.setTrailer('pareto-variant', decodeDecision(call.metadata.get(decisionKey)).variant);
      call.setTrailer('pareto-cost', '1.4e-9');
      call.setTrailer(loadKey, formatLoad({ load, tookMs: 0.83 }));
      return answer;
    }),
  });
  server.add('pareto.v1.Execution', {
    ping: async () => ({
      ...{ workerId: name, replicas: [{ replicaId: replica, state: 'READY', ...load }], decisionVersion },
    }),
  });
  return server;
}

/** Returns the routing table with the target, whose replica is on the worker at `address`. */
export function warmUpTable(address: string): RoutingTable {
  const route = { id: replicaId(replica), worker: workerId(name), address, batchCeiling: 8 };
  const points = [1, 8].map((batch) => ({
    ...{ batch, p50Ms: milliseconds(0.11), p95Ms: milliseconds(0.13), p99Ms: milliseconds(0.17), runs: 100 },
  }));
  const candidate: Candidate = {
    ...{ index: 0, variant: variantId(variant), architecture: name, version: 1, recipe: 'original' },
    ...{
      hardwareClass: hardwareClassId('cpu/warm-up'),
      accuracy: undefined,
      costPer1k: 1.5e-6,
      usdPerHour: usdPerHour(0.048),
    },
    profile: {
      ...{ points, loadMs: milliseconds(1), coldLoadMs: milliseconds(1), memoryBytes: bytes(0) },
      ...{ baseMemoryBytes: bytes(0), predictionError: undefined, runtimeVersion: '', providerUsed: 'cpu' },
      ...{ nodesByProvider: {}, shapes: {} },
    },
    ...{ maxBatchSize: 8, placeable: true, quarantineReason: undefined, dominatedBy: undefined },
    ...{ accuracyRank: undefined, accuracyRankWithin: undefined, disagreement: undefined },
    ...{ dominatedWithin: false, measurementError: undefined, replicas: [route] },
  };
  const target: TargetEntry = {
    ...{ kind: 'task', name, task: name, versions: [1], metric: undefined, labels: {}, defaultObjective: {} },
    signature: {
      batched: true,
      inputs: [{ name: 'x', datatype: 'FP32', dims: [-1] }],
      outputs: [{ name: 'y', datatype: 'FP32', dims: [-1] }],
    },
    ...{ maxBatchSize: 8, candidates: [candidate], exclusions: undefined, rules: [] },
  };
  return {
    ...{ version: { epoch: name, revision: 1 }, targets: new Map([[name, target]]), candidates: [candidate] },
    ...{ replicas: [route], loading: new Set(), routers: new Map() },
  };
}
