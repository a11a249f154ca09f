// Runs some of the batches that queries shared again, on idle slots, to check that the queries did not influence each other.
// See policy/src/rows/README.md.

import type { Clock, Rng } from '@pareto/core';
import { areSameBits, bucketOf, halveQueries, type LiveCheckBudget } from '@pareto/policy';
import type { Executor, TensorInput, TensorOutput } from '@pareto/runtime';
import { joinInputs, splitOutputs, zeroInputs } from '../batching/batch-tensors.js';
import type { ClassSlots } from '../devices/device-slots.js';
import type { CheckedQuery } from '../requests/check-request.js';

/** The part of a query that is run again. */
type BatchQuery = Pick<CheckedQuery, 'items' | 'inputs' | 'outputs'>;

/** A query with the answer that it got in a shared batch. */
export interface SharedQuery {
  readonly query: BatchQuery;
  readonly answer: readonly TensorOutput[];
}

/** A copy of a batch that several queries shared. */
interface SharedBatch {
  readonly queries: readonly SharedQuery[];
  /** Number of items including the padding. */
  readonly size: number;
}

/** A batch in which queries influenced each other, with what each query gets alone. */
export interface MixedBatch extends SharedBatch {
  readonly reason: string;
  readonly alone: readonly (readonly TensorOutput[])[];
}

type BatchExecutor = Pick<Executor, 'run'>;

/** Runs all outputs of a model on an idle slot. Returns undefined if the run fails, or if there is no executor. */
export type IdleRun = (
  executor: BatchExecutor | undefined,
  inputs: readonly TensorInput[],
  outputs?: readonly string[],
) => Promise<readonly TensorOutput[] | undefined>;

export interface RowCheckerOptions {
  readonly acquireIdle: ClassSlots['acquireIdle'];
  readonly budget: LiveCheckBudget;
  /** Returns the executor of the replica. Undefined while it has none. */
  readonly executor: () => BatchExecutor | undefined;
  /** Returns the sizes that batches are padded to. Undefined if they are not padded. */
  readonly sizes: () => readonly number[] | undefined;
  /** Called with what queries that were kept apart get alone, and with a function that runs another model as checks do. */
  readonly onApart: (
    queries: readonly SharedQuery[],
    alone: readonly (readonly TensorOutput[])[],
    run: IdleRun,
  ) => Promise<void>;
  readonly onMixed: (batch: MixedBatch) => void;
  /** Called with the error of a check that could not be made. */
  readonly onFailed: (error: unknown) => void;
  readonly clock: Clock;
  readonly rng: Rng;
}

export interface RowChecker extends Disposable {
  /** Number of rows that were checked. */
  readonly checkedRows: number;
  /**
   * Takes a batch that several queries shared, after they were answered. `size` is its number of items including the padding.
   * Copies the batch if it is chosen for a check.
   */
  offer(
    batch: readonly { readonly query: BatchQuery }[],
    answers: readonly (readonly TensorOutput[])[],
    size: number,
  ): void;
}

/** Maximum size of the inputs and outputs of a batch that is kept for a check. */
const maxKeptBytes = 16 * 2 ** 20;

export function createRowChecker(options: RowCheckerOptions): RowChecker {
  const { acquireIdle, budget, clock } = options;
  const ending = new AbortController();
  let shared = 0;
  let checkedRows = 0;

  const run: IdleRun = async (executor, inputs, outputs = []) => {
    using _slot = await acquireIdle(ending.signal);
    const began = clock.now();
    const outcome = await executor?.run({ inputs, outputs, expectedMs: undefined });
    budget.spend(clock.now() - began);
    return outcome?.kind === 'done' ? outcome.outputs : undefined;
  };
  async function check(batch: SharedBatch): Promise<void> {
    const outcome = await checkBatch(batch, options, run);
    if (outcome === undefined || ending.signal.aborted) return;
    checkedRows += batch.queries.reduce((total, { query }) => total + query.items, 0);
    if (outcome.reason !== undefined) options.onMixed({ ...batch, ...outcome, reason: outcome.reason });
    else await options.onApart(batch.queries, outcome.alone, run);
  }
  return {
    get checkedRows() {
      return checkedRows;
    },
    offer(batch, answers, size) {
      shared += 1;
      if (ending.signal.aborted || !budget.begin(shared, clock.now())) return;
      const queries = batch.map(({ query }, index) => ({ query, answer: answers[index] ?? [] }));
      if (bytesOf(queries) > maxKeptBytes) return budget.end();
      void check({ queries: queries.map(copyOf), size })
        .catch((error: unknown) => {
          if (!ending.signal.aborted) options.onFailed(error);
        })
        .finally(() => budget.end());
    },
    [Symbol.dispose]: () => ending.abort(new Error('the replica is unloaded')),
  };
}

const bytesOf = (queries: readonly SharedQuery[]): number =>
  queries.reduce(
    (total, { query, answer }) =>
      total +
      query.inputs.reduce((sum, { data }) => sum + data.reduce((length, slice) => length + slice.length, 0), 0) +
      answer.reduce((sum, { data }) => sum + data.length, 0),
    0,
  );

/** Copies a query, so that its check does not keep the buffers of connections. */
const copyOf = ({ query: { items, inputs, outputs }, answer }: SharedQuery): SharedQuery => ({
  query: { items, outputs, inputs: inputs.map((input) => ({ ...input, data: [Buffer.concat([...input.data])] })) },
  answer: answer.map((output) => ({ ...output, data: Buffer.from(output.data) })),
});

interface Checked {
  readonly alone: readonly (readonly TensorOutput[])[];
  /** Human-readable. Undefined if the queries were kept apart. */
  readonly reason: string | undefined;
}

/** Returns the result of a check. Undefined if a run failed or there is no executor, so that nothing is known. */
async function checkBatch(
  { queries, size }: SharedBatch,
  { executor, sizes, rng }: RowCheckerOptions,
  idleRun: IdleRun,
): Promise<Checked | undefined> {
  const outputs = queries[0]?.query.outputs ?? [];
  const run = (inputs: readonly TensorInput[]): ReturnType<IdleRun> => idleRun(executor(), inputs, outputs);
  const parts = queries.map(({ query }) => query);
  const answers = queries.map(({ answer }) => answer);

  const alone: (readonly TensorOutput[])[] = [];
  for (const query of parts) {
    const padded = bucketOf(query.items, sizes() ?? []);
    const ran = await run(joinInputs([query], padded));
    if (ran === undefined) return undefined;
    alone.push(splitOutputs(ran, [query], padded)[0] ?? []);
  }
  if (alone.every((own, index) => areSameBits(own, answers[index] ?? []))) return { alone, reason: undefined };

  /** Runs the batch with zeros in place of the queries that are not kept. */
  async function runKept(kept: ReadonlySet<number>): Promise<readonly (readonly TensorOutput[])[] | undefined> {
    const batch = parts.map((query, index) => (kept.has(index) ? query : { ...query, inputs: zeroInputs(query) }));
    const ran = await run(joinInputs(batch, size));
    return ran && splitOutputs(ran, parts, size);
  }
  for (const kept of halveQueries(parts.length, rng)) {
    const again = await runKept(kept);
    if (again === undefined) return undefined;
    const changed = [...kept].filter((index) => !areSameBits(again[index] ?? [], answers[index] ?? []));
    if (changed.length === 0) continue;
    const whole = await runKept(new Set(parts.keys()));
    if (whole === undefined) return undefined;
    if (changed.some((index) => areSameBits(whole[index] ?? [], answers[index] ?? []))) {
      return {
        alone,
        reason: `in a batch of ${parts.length} queries, ${changed.length} had other answers without some of the others`,
      };
    }
  }
  return { alone, reason: undefined };
}
