// What a replica has done since the worker began, for reports and metrics.

import { milliseconds, noCounts, type ReplicaReport, type VariantSpec } from '@pareto/core';
import type { ExecutorDeath, RunOutcome } from '@pareto/runtime';
import type { WorkerMetrics } from '@pareto/telemetry';
import type { Waiting } from './request-queue.js';

type Counts = Pick<
  ReplicaReport,
  'requests' | 'items' | 'executions' | 'failures' | 'busyMs' | 'executorDeaths' | 'counts'
>;

export interface ReplicaCounts {
  readonly now: Counts;
  request(): void;
  failure(): void;
  readonly batch: (batch: readonly Waiting[], outcome: RunOutcome) => void;
  death(death: ExecutorDeath): void;
}

export function createReplicaCounts(
  { variant, version }: Pick<VariantSpec, 'variant' | 'version'>,
  metrics: WorkerMetrics,
): ReplicaCounts {
  const labels = { variant };
  const model = { model: variant, version: String(version) };
  let now: Counts = {
    requests: 0,
    items: 0,
    executions: 0,
    failures: 0,
    busyMs: milliseconds(0),
    executorDeaths: 0,
    counts: noCounts,
  };
  return {
    get now() {
      return now;
    },
    request() {
      now = { ...now, requests: now.requests + 1 };
    },
    failure() {
      now = { ...now, failures: now.failures + 1 };
    },
    batch(batch, outcome) {
      const items = batch.reduce((total, { query }) => total + query.items, 0);
      metrics.batchSize.record(items, labels);
      now = { ...now, executions: now.executions + 1 };
      if (outcome.kind !== 'done') return;
      now = { ...now, items: now.items + items, busyMs: milliseconds(now.busyMs + outcome.computeMs) };
      metrics.items.add(items, model);
      metrics.executions.add(1, model);
      metrics.computeTime.record(outcome.computeMs / 1000, labels);
      metrics.busy.add(outcome.computeMs / 1000);
    },
    death({ kind }) {
      now = { ...now, executorDeaths: now.executorDeaths + 1 };
      metrics.executorDeaths.add(1, { reason: kind });
    },
  };
}
