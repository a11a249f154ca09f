// Counts what a replica has done since it was created, for reports and metrics.

import { milliseconds, type Clock, type Milliseconds, type ReplicaReport, type VariantSpec } from '@pareto/core';
import type { ExecutorDeath } from '@pareto/runtime';
import type { WorkerMetrics } from '@pareto/telemetry';
import { createInferTally } from './infer-tally.js';
import type { QueryRejection } from '../refusals/rejection.js';
import type { WaitingQuery } from './waiting-query.js';

type Counts = Pick<
  ReplicaReport,
  'requests' | 'items' | 'executions' | 'failures' | 'busyMs' | 'executorDeaths' | 'counts'
>;

/** Times of the phases of an executed batch. */
export interface BatchTimes {
  /** Time at which the executor was free to start this batch. */
  readonly beganAt: Milliseconds;
  /** Time spent assembling and sending the input tensors. */
  readonly inputMs: number;
  /** Time spent in the ONNX Runtime session. */
  readonly inferMs: number;
  /** Time spent splitting the outputs by query. */
  readonly outputMs: number;
  readonly endedAt: Milliseconds;
}

export interface ReplicaCounts {
  readonly now: Counts;
  request(): void;
  /** Counts a failed query. `isFinal` is false if the router may try another replica. */
  failure(receivedAt: Milliseconds, isFinal: boolean): void;
  /** Counts a query that is not run. */
  rejected(reason: QueryRejection['reason']): void;
  /** Counts an executed batch. Queries that their caller cancelled are not counted as answered. */
  readonly batch: (batch: readonly WaitingQuery[], times: BatchTimes) => void;
  /** Adds the time to encode the reply of one query, which ran in a batch of `batchItems` items. */
  readonly encoded: (batchItems: number, ms: number) => void;
  death(death: ExecutorDeath): void;
}

/** Creates the counts. `onChange` is called after each change of `now`. */
export function createReplicaCounts(
  { variant, version }: Pick<VariantSpec, 'variant' | 'version'>,
  metrics: WorkerMetrics,
  clock: Clock,
  onChange = (): void => undefined,
): ReplicaCounts {
  const labels = { variant };
  const model = { model: variant, version: String(version) };
  const counted = { requests: 0, items: 0, executions: 0, failures: 0, busyMs: 0, executorDeaths: 0 };
  const tally = createInferTally(clock);
  // A rate counts the first error only if the series was there before.
  metrics.requests.add(0, { variant, code: 'ok' });
  metrics.rejected.add(0, { variant, reason: 'late' });
  metrics.failed.add(0, model);
  return {
    get now() {
      return { ...counted, busyMs: milliseconds(counted.busyMs), counts: tally.now };
    },
    request() {
      counted.requests += 1;
      onChange();
    },
    failure(receivedAt, isFinal) {
      counted.failures += 1;
      onChange();
      if (!isFinal) return;
      tally.add('fail', 1, clock.now() - receivedAt);
      metrics.failed.add(1, model);
    },
    rejected: (reason) => metrics.rejected.add(1, { ...labels, reason }),
    batch(batch, { beganAt, inputMs, inferMs, outputMs, endedAt }) {
      let [items, count, answeredItems, tookMs, queuedMs] = [0, 0, 0, 0, 0];
      for (const { query, cancellation, receivedAt, enqueuedAt } of batch) {
        items += query.items;
        if (cancellation.aborted) continue;
        count += 1;
        answeredItems += query.items;
        tookMs += endedAt - receivedAt;
        queuedMs += Math.max(0, beganAt - enqueuedAt);
      }
      counted.executions += 1;
      counted.items += answeredItems;
      counted.busyMs += inferMs;
      tally.add('success', count, tookMs);
      tally.add('queue', count, queuedMs);
      tally.add('computeInput', count, count * inputMs);
      tally.add('computeInfer', count, count * inferMs);
      tally.add('computeOutput', count, count * outputMs);
      tally.execution(items, { inputMs, inferMs, outputMs });
      onChange();
      metrics.batchSize.record(items, labels);
      metrics.computeTime.record(inferMs / 1000, labels);
      metrics.busy.add(inferMs / 1000);
      metrics.executions.add(1, model);
      metrics.items.add(answeredItems, model);
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
      onChange();
    },
    death({ kind }) {
      counted.executorDeaths += 1;
      onChange();
      metrics.executorDeaths.add(1, { reason: kind });
    },
  };
}
