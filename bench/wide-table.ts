// A synthetic routing table of many variants on many workers.

import {
  bytes,
  milliseconds,
  workerId,
  type Candidate,
  type Profile,
  type Rng,
  type RoutingTable,
  type TargetEntry,
} from '@pareto/core';
import {
  buildAccuracy,
  buildCandidate,
  buildPoint,
  buildProfile,
  buildReplicaRoute,
  buildRoutingTable,
  buildTargetEntry,
} from '@pareto/testkit';

export interface WideTableOptions {
  readonly variants: number;
  readonly tasks: number;
  readonly workers: number;
  /** Replicas of each variant, on random workers. A tenth of the variants are cold. */
  readonly replicas: number;
}

export function wideTable({ variants, tasks, workers, replicas }: WideTableOptions, rng: Rng): RoutingTable {
  const candidates = Array.from({ length: variants }, (_, index): Candidate => {
    const size = rng();
    const accuracy = 0.6 + 0.39 * size;
    const first = Math.floor(rng() * workers);
    return buildCandidate(`model-${index}`, {
      index,
      accuracy: buildAccuracy(accuracy),
      profile: profileOf(1 + 200 * size * rng()),
      costPer1k: 0.001 * (1 + 50 * size * rng()),
      maxBatchSize: 32,
      replicas: Array.from({ length: rng() < 0.1 ? 0 : replicas }, (_item, replica) =>
        buildReplicaRoute(`r-${index}-${replica}`, {
          worker: workerId(`worker-${(first + replica) % workers}`),
          address: `10.0.0.${(first + replica) % workers}:8200`,
          batchCeiling: 16,
        }),
      ),
    });
  });
  const targets = Array.from({ length: tasks }, (_, task) =>
    taskOf(
      `task-${task}`,
      candidates.filter(({ index }) => index % tasks === task),
    ),
  );
  return buildRoutingTable(targets, candidates);
}

const profileOf = (oneMs: number): Profile =>
  buildProfile(
    [1, 2, 4, 8, 16, 32].map((batch) => buildPoint(batch, oneMs * (0.4 + 0.6 * batch), 0.1)),
    {
      ...{ loadMs: milliseconds(500), coldLoadMs: milliseconds(900) },
      ...{ memoryBytes: bytes(1e8), baseMemoryBytes: bytes(3e7) },
    },
  );

const taskOf = (name: string, candidates: readonly Candidate[]): TargetEntry =>
  buildTargetEntry(
    candidates.toSorted((a, b) => (a.costPer1k ?? Infinity) - (b.costPer1k ?? Infinity)),
    { name, task: name },
  );
