// Builders of candidates, targets, queries and loads for tests.

import {
  fallbackObjective,
  hardwareClassId,
  milliseconds,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  bytes,
  type Candidate,
  type Objective,
  type Profile,
  type TargetEntry,
} from '@pareto/core';
import type { LoadView, SelectionQuery } from '../../src/index.js';

/** p50 by batch size; p99 is 1.2 times that. */
export function profile(p50ByBatch: Readonly<Record<number, number>>): Profile {
  const points = Object.entries(p50ByBatch).map(([batch, p50]) => ({
    batch: Number(batch),
    p50Ms: milliseconds(p50),
    p95Ms: milliseconds(p50 * 1.1),
    p99Ms: milliseconds(p50 * 1.2),
    runs: 50,
  }));
  return {
    points,
    loadMs: milliseconds(100),
    coldLoadMs: milliseconds(200),
    memoryBytes: bytes(1),
    baseMemoryBytes: bytes(0),
    predictionError: undefined,
    runtimeVersion: '1',
    providerUsed: 'cpu',
    nodesByProvider: {},
    shapes: {},
  };
}

export interface CandidateFields {
  readonly name?: string;
  readonly p99Ms?: number | undefined;
  readonly accuracy?: number | undefined;
  readonly cost?: number | undefined;
  readonly replicas?: number;
  readonly placeable?: boolean;
  readonly quarantined?: boolean;
  readonly measurementError?: string;
  readonly recipe?: string;
  readonly maxBatchSize?: number;
  readonly dominatedBy?: string;
  readonly dominatedWithin?: boolean;
}

export function candidate(index: number, fields: CandidateFields = {}): Candidate {
  const { name = `c${index}`, accuracy = 0.9, cost = 1, p99Ms = 12, replicas = 1, recipe = 'original' } = fields;
  const has = (key: keyof CandidateFields): boolean => !(key in fields) || fields[key] !== undefined;
  return {
    index,
    variant: variantId(`${name}:${recipe}`),
    architecture: name,
    version: 1,
    recipe,
    hardwareClass: hardwareClassId('cpu/x/y/1g'),
    accuracy: has('accuracy')
      ? { metric: 'top1', value: accuracy, lower95: accuracy - 0.02, upper95: accuracy + 0.02, samples: 100 }
      : undefined,
    profile: has('p99Ms') ? profile({ 1: p99Ms / 1.2, 8: (p99Ms / 1.2) * 4 }) : undefined,
    costPer1k: has('cost') ? cost : undefined,
    usdPerHour: usdPerHour(1),
    maxBatchSize: fields.maxBatchSize ?? 8,
    placeable: fields.placeable ?? true,
    quarantineReason: fields.quarantined === true ? 'killed its executors' : undefined,
    dominatedBy: fields.dominatedBy === undefined ? undefined : variantId(fields.dominatedBy),
    dominatedWithin: fields.dominatedWithin ?? false,
    measurementError: fields.measurementError,
    replicas: Array.from({ length: replicas }, (_, i) => ({
      id: replicaId(`${name}-${i}`),
      loadIndex: index * 10 + i,
      worker: workerId('w'),
      address: 'w:1',
      batchCeiling: 8,
    })),
  };
}

export function target(...fields: readonly CandidateFields[]): TargetEntry {
  const candidates = fields.map((each, i) => candidate(i, each));
  return {
    kind: 'task',
    name: 'digits',
    task: 'digits',
    versions: [1],
    signature: { inputs: [], outputs: [], batched: true },
    metric: 'top1',
    defaultObjective: {},
    maxBatchSize: Math.max(0, ...candidates.map((c) => c.maxBatchSize)),
    candidates,
    exclusions: undefined,
    rules: [],
    labels: {},
  };
}

export function query(
  objective: Partial<Omit<Objective, 'latencyMs'>> & { latencyMs?: number } = {},
  rest: Partial<SelectionQuery> = {},
): SelectionQuery {
  const latencyMs = milliseconds(objective.latencyMs ?? 1000);
  return {
    items: 1,
    elapsedMs: 0,
    preference: 'cheapest',
    ...rest,
    objective: { ...fallbackObjective, ...objective, latencyMs },
  };
}

export function loads(backlogMs: readonly number[], queued: readonly number[] = []): LoadView {
  return {
    backlogMs: (index) => backlogMs[index] ?? 0,
    queuedItems: (index) => queued[index] ?? 0,
    replicaBacklogMs: (slot) => backlogMs[slot] ?? 0,
  };
}
