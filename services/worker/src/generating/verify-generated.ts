// Holds a made file against the original: both run beside each other on the same samples.

import { ParetoError, type Signature } from '@pareto/core';
import type { TensorOutput } from '@pareto/runtime';
import { createComparison, type ComparisonResult } from './compare-outputs.js';
import { inputsOf, type Samples } from '../sampling/samples.js';
import type { BackgroundModel } from '../sampling/background-executor.js';
import type { SampleBudget } from '../sampling/sample-budget.js';

export interface Verification {
  readonly original: BackgroundModel;
  readonly generated: BackgroundModel;
  readonly samples: Samples;
  /** The least similarity of an output that will do. */
  readonly bound: number;
  readonly budget: SampleBudget;
}

export interface SameBatch {
  /** Of both files. */
  readonly batched: Signature['batched'];
  /** How many samples run together where there is a batch. */
  readonly batch: number;
}

/** Throws `failed-precondition` when one of them doesn't run. */
export async function verifyGenerated(
  verification: Verification,
  { batched, batch }: SameBatch,
): Promise<ComparisonResult> {
  const { original, generated, samples, bound, budget } = verification;
  const comparison = createComparison({ bound });
  const step = batched ? batch : 1;
  for (let from = 0; budget.shouldContinue(from, samples.count); from += step) {
    const to = Math.min(from + step, samples.count);
    const inputs = inputsOf(samples.rows(from, to), batched);
    const expected = await original.run(inputs);
    comparison.add(expected, await generated.run(inputs), to - from);
  }
  return comparison.result();
}

/** One item; two, and five, so that rows don't fill what a kernel takes at once. */
const triedBatches = [1, 2, 5] as const;
const minCompared = 10;

/** How many samples are compared together: whole batches of the original. */
export const windowOf = (fixedBatch: number): number => fixedBatch * Math.ceil(minCompared / fixedBatch);

/**
 * As `verifyGenerated`, of a file whose batch was made dynamic, while the original takes `fixedBatch` items at a time: every item gets
 * the original's answer, whatever batch it is in. The samples' first dimension is that batch; what doesn't fill a window is left out.
 */
export async function verifyBatches(verification: Verification, fixedBatch: number): Promise<ComparisonResult> {
  const { original, generated, samples, bound, budget } = verification;
  const comparison = createComparison({ bound, isExact: true });
  const window = windowOf(fixedBatch);
  const whole = samples.count - (samples.count % window);
  for (let from = 0; budget.shouldContinue(from, whole); from += window) {
    const rows = { samples, from, to: from + window };
    const expected = await outputsInBatches(original, rows, fixedBatch);
    for (const batch of triedBatches) comparison.add(expected, await outputsInBatches(generated, rows, batch), window);
  }
  return comparison.result();
}

interface Rows {
  readonly samples: Samples;
  readonly from: number;
  readonly to: number;
}

/** The outputs over all rows, which are their first dimension. The last batch may be smaller. */
async function outputsInBatches(
  model: BackgroundModel,
  { samples, from, to }: Rows,
  batch: number,
): Promise<readonly TensorOutput[]> {
  const runs: (readonly TensorOutput[])[] = [];
  for (let start = from; start < to; start += batch) {
    const end = Math.min(start + batch, to);
    const outputs = await model.run(samples.rows(start, end));
    for (const { name, shape } of outputs) {
      if (shape[0] !== end - start) throw lostBatch(`output ${name} has the shape [${shape.join()}]`, end - start);
    }
    runs.push(outputs);
  }
  const [first = []] = runs;
  return first.map((output, index) => ({
    ...output,
    shape: [to - from, ...output.shape.slice(1)],
    data: Buffer.concat(runs.flatMap((outputs) => outputs[index]?.data ?? [])),
  }));
}

const lostBatch = (what: string, batch: number): ParetoError =>
  new ParetoError('failed-precondition', `${what} for a batch of ${batch}`);
