// Builders of routing tables for tests. Each has defaults for the fields that a test does not pass.

import {
  hardwareClassId,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  type Candidate,
  type ReplicaRoute,
  type RoutingTable,
  type TargetEntry,
} from '@pareto/core';

export const buildReplicaRoute = (id: string, fields: Partial<ReplicaRoute> = {}): ReplicaRoute => ({
  id: replicaId(id),
  worker: workerId('w'),
  address: 'w:1',
  batchCeiling: 8,
  ...fields,
});

/** Builds the candidate of an architecture's original variant: without a profile, an accuracy or replicas. */
export const buildCandidate = (architecture: string, fields: Partial<Candidate> = {}): Candidate => ({
  index: 0,
  variant: variantId(`${architecture}:original`),
  architecture,
  version: 1,
  recipe: 'original',
  hardwareClass: hardwareClassId('cpu/x/y/1g'),
  accuracy: undefined,
  accuracyRank: undefined,
  accuracyRankWithin: undefined,
  profile: undefined,
  costPer1k: 1,
  usdPerHour: usdPerHour(1),
  maxBatchSize: 8,
  placeable: true,
  quarantineReason: undefined,
  disagreement: undefined,
  dominatedBy: undefined,
  dominatedWithin: false,
  measurementError: undefined,
  replicas: [],
  ...fields,
});

/** Builds the entry of a task, with the candidates in the given order. */
export const buildTargetEntry = (candidates: readonly Candidate[], fields: Partial<TargetEntry> = {}): TargetEntry => ({
  kind: 'task',
  name: 'digits',
  task: 'digits',
  versions: [1],
  signature: { inputs: [], outputs: [], batched: true },
  metric: 'top1',
  defaultObjective: {},
  maxBatchSize: Math.max(0, ...candidates.map(({ maxBatchSize }) => maxBatchSize)),
  candidates,
  exclusions: undefined,
  rules: [],
  labels: {},
  ...fields,
});

/** Builds the table of the given targets. The order of `candidates` follows their `index`. */
export const buildRoutingTable = (targets: readonly TargetEntry[], candidates: readonly Candidate[]): RoutingTable => ({
  version: { epoch: 'e', revision: 1 },
  targets: new Map(targets.map((target) => [target.name, target])),
  candidates,
  replicas: candidates.flatMap(({ replicas }) => replicas),
  loading: new Set(),
  routers: new Map(),
});
