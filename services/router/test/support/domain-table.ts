// Routing tables in domain types, made from rows without a wire between.

import type { RoutingTable, TargetEntry } from '@pareto/core';
import {
  hardwareClassId,
  milliseconds,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  bytes,
  type Candidate,
} from '@pareto/core';

/** A task whose variants take `msPerItem` each; replicas are `name-0`, `name-1` ... */
export function domainTable(
  variants: Readonly<Record<string, { readonly ms: number; readonly replicas: number }>>,
): RoutingTable {
  let loadIndex = 0;
  const candidates = Object.entries(variants).map(([name, { ms, replicas }], index): Candidate => {
    const p50Ms = milliseconds(ms);
    const points = [{ batch: 1, p50Ms, p95Ms: p50Ms, p99Ms: p50Ms, runs: 1 }];
    return {
      index,
      variant: variantId(`${name}:original`),
      architecture: name,
      version: 1,
      recipe: 'original',
      hardwareClass: hardwareClassId('cpu/x/y/1g'),
      accuracy: undefined,
      profile: {
        points,
        loadMs: milliseconds(1),
        coldLoadMs: milliseconds(1),
        memoryBytes: bytes(1),
        baseMemoryBytes: bytes(0),
        predictionError: undefined,
        runtimeVersion: '1',
        providerUsed: 'cpu',
        nodesByProvider: {},
        shapes: {},
      },
      costPer1k: index + 1,
      usdPerHour: usdPerHour(1),
      maxBatchSize: 8,
      placeable: true,
      quarantineReason: undefined,
      dominatedBy: undefined,
      dominatedWithin: false,
      measurementError: undefined,
      replicas: Array.from({ length: replicas }, (_, i) => ({
        id: replicaId(`${name}-${i}`),
        loadIndex: loadIndex++,
        worker: workerId('w'),
        address: `w:${i}`,
        batchCeiling: 1,
      })),
    };
  });
  const entry: TargetEntry = {
    kind: 'task',
    name: 'digits',
    task: 'digits',
    versions: [1],
    signature: { inputs: [], outputs: [], batched: true },
    metric: 'top1',
    defaultObjective: {},
    maxBatchSize: 8,
    candidates,
    exclusions: undefined,
    rules: [],
    labels: {},
  };
  return {
    version: { epoch: 'e', revision: 1 },
    targets: new Map([['digits', entry]]),
    candidates,
    replicas: candidates.flatMap((candidate) => candidate.replicas),
    loading: new Set(),
    routers: new Map(),
  };
}
