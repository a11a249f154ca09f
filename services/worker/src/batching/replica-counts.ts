// What a replica has done since the worker began, for reports and metrics.

import { milliseconds, type Clock, type Milliseconds, type ReplicaReport, type VariantSpec } from '@pareto/core';
import type { ExecutorDeath } from '@pareto/runtime';
import type { WorkerMetrics } from '@pareto/telemetry';
import { createInferTally } from './infer-tally.js';
import type { QueuedQuery } from './request-queue.js';

type Counts = Pick<
  ReplicaReport,
  'requests' | 'items' | 'executions' | 'failures' | 'busyMs' | 'executorDeaths' | 'counts'
>;

/** Where the time of a batch that was answered went. */
export interface BatchTimes {
  /** When its executor had nothing else to do any more. */
  readonly beganAt: Milliseconds;
  /** While its tensors were put together and sent. */
  readonly inputMs: number;
  /** In the session. */
  readonly inferMs: number;
  /** While its answers were taken apart. */
  readonly outputMs: number;
  readonly endedAt: Milliseconds;
}

export interface ReplicaCounts {
  readonly now: Counts;
  request(): void;
  /** `isFinal`: no other replica is tried. */
  failure(receivedAt: Milliseconds, isFinal: boolean): void;
  /** Queries whose caller has given up are not among those that are answered. */
  readonly batch: (batch: readonly QueuedQuery[], times: BatchTimes) => void;
  /** An answer of a batch of so many items was put into its reply. */
  readonly encoded: (batchItems: number, ms: number) => void;
  death(death: ExecutorDeath): void;
}

export function createReplicaCounts(
  { variant, version }: Pick<VariantSpec, 'variant' | 'version'>,
  metrics: WorkerMetrics,
  clock: Clock,
): ReplicaCounts {
  const labels = { variant };
  const model = { model: variant, version: String(version) };
  const counted = { requests: 0, items: 0, executions: 0, failures: 0, busyMs: 0, executorDeaths: 0 };
  const tally = createInferTally(clock);
  return {
    get now() {
      return { ...counted, busyMs: milliseconds(counted.busyMs), counts: tally.now };
    },
    request() {
      counted.requests += 1;
    },
    failure(receivedAt, isFinal) {
      counted.failures += 1;
      if (!isFinal) return;
      tally.add('fail', 1, clock.now() - receivedAt);
      metrics.failed.add(1, model);
    },
    batch(batch, { beganAt, inputMs, inferMs, outputMs, endedAt }) {
      const items = itemsOf(batch);
      const answered = batch.filter(({ signal }) => !signal.aborted);
      const count = answered.length;
      const tookMs = answered.reduce((sum, { receivedAt }) => sum + endedAt - receivedAt, 0);
      const queuedMs = answered.reduce((sum, { enqueuedAt }) => sum + Math.max(0, beganAt - enqueuedAt), 0);
      counted.executions += 1;
      counted.items += itemsOf(answered);
      counted.busyMs += inferMs;
      tally.add('success', count, tookMs);
      tally.add('queue', count, queuedMs);
      tally.add('computeInput', count, count * inputMs);
      tally.add('computeInfer', count, count * inferMs);
      tally.add('computeOutput', count, count * outputMs);
      tally.execution(items, { inputMs, inferMs, outputMs });
      metrics.batchSize.record(items, labels);
      metrics.computeTime.record(inferMs / 1000, labels);
      metrics.busy.add(inferMs / 1000);
      metrics.executions.add(1, model);
      metrics.items.add(itemsOf(answered), model);
      metrics.succeeded.add(count, model);
      metrics.requestDuration.add(tookMs * 1000, model);
      metrics.queueDuration.add(queuedMs * 1000, model);
      metrics.computeInputDuration.add(count * inputMs * 1000, model);
      metrics.computeDuration.add(count * inferMs * 1000, model);
      metrics.computeOutputDuration.add(count * outputMs * 1000, model);
    },
    encoded(batchItems, ms) {
      tally.add('success', 0, ms);
      tally.add('computeOutput', 0, ms);
      tally.execution(batchItems, { inputMs: 0, inferMs: 0, outputMs: ms }, 0);
    },
    death({ kind }) {
      counted.executorDeaths += 1;
      metrics.executorDeaths.add(1, { reason: kind });
    },
  };
}

const itemsOf = (batch: readonly QueuedQuery[]): number => batch.reduce((total, { query }) => total + query.items, 0);
