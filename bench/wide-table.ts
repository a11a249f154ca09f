// A routing table of many variants on many workers.

import {
  bytes,
  hardwareClassId,
  milliseconds,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  type Candidate,
  type Profile,
  type Rng,
  type RoutingTable,
  type TargetEntry,
} from '@pareto/core';

export interface WideTableOptions {
  readonly variants: number;
  readonly tasks: number;
  readonly workers: number;
  /** Of each variant, on workers drawn at random; a tenth of the variants are cold. */
  readonly replicas: number;
}

export function wideTable({ variants, tasks, workers, replicas }: WideTableOptions, rng: Rng): RoutingTable {
  let loadIndex = 0;
  const candidates = Array.from({ length: variants }, (_, index): Candidate => {
    const size = rng();
    const accuracy = 0.6 + 0.39 * size;
    const first = Math.floor(rng() * workers);
    return {
      index,
      variant: variantId(`model-${index}:original`),
      architecture: `model-${index}`,
      version: 1,
      recipe: 'original',
      hardwareClass: hardwareClassId('cpu/x/y/1g'),
      accuracy: { metric: 'top1', value: accuracy, lower95: accuracy - 0.01, upper95: accuracy + 0.01, samples: 1e4 },
      profile: profileOf(1 + 200 * size * rng()),
      costPer1k: 0.001 * (1 + 50 * size * rng()),
      usdPerHour: usdPerHour(1),
      maxBatchSize: 32,
      placeable: true,
      quarantineReason: undefined,
      measurementError: undefined,
      dominatedBy: undefined,
      dominatedWithin: false,
      replicas: Array.from({ length: rng() < 0.1 ? 0 : replicas }, (_item, replica) => ({
        id: replicaId(`r-${index}-${replica}`),
        loadIndex: loadIndex++,
        worker: workerId(`worker-${(first + replica) % workers}`),
        address: `10.0.0.${(first + replica) % workers}:8200`,
        batchCeiling: 16,
      })),
    };
  });
  return {
    version: { epoch: 'bench', revision: 1 },
    targets: new Map(
      Array.from({ length: tasks }, (_, task) => [
        `task-${task}`,
        taskOf(
          `task-${task}`,
          candidates.filter(({ index }) => index % tasks === task),
        ),
      ]),
    ),
    candidates,
    replicas: candidates.flatMap((candidate) => candidate.replicas),
    loading: new Set(),
    routers: new Map(),
  };
}

function profileOf(oneMs: number): Profile {
  const points = [1, 2, 4, 8, 16, 32].map((batch) => {
    const p50 = oneMs * (0.4 + 0.6 * batch);
    return {
      batch,
      p50Ms: milliseconds(p50),
      p95Ms: milliseconds(1.1 * p50),
      p99Ms: milliseconds(1.2 * p50),
      runs: 200,
    };
  });
  return {
    ...{ points, loadMs: milliseconds(500), coldLoadMs: milliseconds(900) },
    ...{ memoryBytes: bytes(1e8), baseMemoryBytes: bytes(3e7), predictionError: undefined },
    ...{ runtimeVersion: '1', providerUsed: 'cpu', nodesByProvider: {}, shapes: {} },
  };
}

const taskOf = (name: string, candidates: readonly Candidate[]): TargetEntry => ({
  kind: 'task',
  name,
  task: name,
  versions: [1],
  signature: { inputs: [], outputs: [], batched: true },
  metric: 'top1',
  defaultObjective: {},
  maxBatchSize: 32,
  exclusions: undefined,
  rules: [],
  labels: {},
  candidates: candidates.toSorted((a, b) => (a.costPer1k ?? Infinity) - (b.costPer1k ?? Infinity)),
});
