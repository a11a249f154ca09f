// The rows of a replica's shared batches: checks of some of them, their verdict, and their agreement with the original.

import { publicText, type Clock, type Metric, type ReplicaReport, type Rng, type VariantSpec } from '@pareto/core';
import { createAgreement, type Tensor } from '@pareto/models';
import type { LiveCheckBudget } from '@pareto/policy';
import type { Executor, TensorOutput } from '@pareto/runtime';
import type { Logger, WorkerMetrics } from '@pareto/telemetry';
import { joinInputs } from '../batching/batch-tensors.js';
import type { ClassSlots } from '../devices/device-slots.js';
import { writeMixedExample } from './mixed-example.js';
import { createRowChecker, type IdleRun, type MixedBatch, type RowChecker, type SharedQuery } from './row-checker.js';

export interface ReplicaRowsOptions {
  readonly spec: Pick<VariantSpec, 'variant' | 'version' | 'signature'>;
  readonly acquireIdle: ClassSlots['acquireIdle'];
  readonly budget: LiveCheckBudget;
  readonly executor: () => Pick<Executor, 'run'> | undefined;
  readonly sizes: () => readonly number[] | undefined;
  /** Metric of the task. Undefined if it has none. */
  readonly metric: () => Metric | undefined;
  /** Returns the executor of the original on this worker. Undefined if it is not loaded, or is the replica itself. */
  readonly original: () => Pick<Executor, 'run'> | undefined;
  /** Called after each change of the report. */
  readonly onChange: () => void;
  /** Called when a check found that queries influence each other. */
  readonly onMixed: () => void;
  /** Folder for the example of a mixed batch. */
  readonly examples: string;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
}

export interface ReplicaRows extends Disposable {
  /** Set once a check found that queries influence each other. */
  readonly isMixed: boolean;
  readonly report: Pick<ReplicaReport, 'checkedRows' | 'mixedReason' | 'comparedRows' | 'agreedRows'>;
  readonly offer: RowChecker['offer'];
}

export function createReplicaRows(options: ReplicaRowsOptions): ReplicaRows {
  const { spec, logger, metrics } = options;
  const { variant } = spec;
  let mixedReason = '';
  let [comparedRows, agreedRows] = [0, 0];

  function onMixed(batch: MixedBatch): void {
    options.onChange();
    if (mixedReason !== '') return;
    mixedReason = batch.reason;
    metrics.mixedBatches.add(1, { variant });
    options.onMixed();
    writeMixedExample(options.examples, spec, batch).then(
      (path) => logger.error('queries influenced each other', { variant, reason: batch.reason, example: path }),
      (error: unknown) =>
        logger.error('queries influenced each other', { variant, reason: batch.reason, notKept: publicText(error) }),
    );
  }
  /** Compares the answers with those of the original, if it is loaded here. */
  async function onApart(
    queries: readonly SharedQuery[],
    alone: readonly (readonly TensorOutput[])[],
    run: IdleRun,
  ): Promise<void> {
    const metric = options.metric();
    const rows = queries.reduce((total, { query }) => total + query.items, 0);
    metrics.checkedRows.add(rows, { variant });
    options.onChange();
    for (const [index, { query }] of queries.entries()) {
      const original = options.original();
      // The metric judges one output, which is among all of them.
      if (metric === undefined || original === undefined || query.outputs.length > 0) return;
      const outputs = await run(original, joinInputs([query]));
      if (outputs === undefined) return;
      const agreement = createAgreement(metric);
      agreement.add(tensorsOf(alone[index] ?? []), tensorsOf(outputs));
      comparedRows += query.items;
      agreedRows += query.items * agreement.result();
      options.onChange();
    }
  }
  const onFailed = (error: unknown): void =>
    logger.warn('a batch could not be checked', { variant, error: publicText(error) });
  const checker = createRowChecker({ ...options, onMixed, onApart, onFailed });
  return {
    get isMixed() {
      return mixedReason !== '';
    },
    get report() {
      return { checkedRows: checker.checkedRows, mixedReason, comparedRows, agreedRows };
    },
    offer: (batch, answers, size) => checker.offer(batch, answers, size),
    [Symbol.dispose]: () => checker[Symbol.dispose](),
  };
}

const tensorsOf = (outputs: readonly TensorOutput[]): readonly Tensor[] =>
  outputs.map(({ datatype, shape, data }) => ({ datatype, dims: shape, data }));
