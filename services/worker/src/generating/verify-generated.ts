// Verifies a generated file against the original by running both on the same samples.

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
  /** Minimum similarity that every output must have. */
  readonly bound: number;
  readonly budget: SampleBudget;
}

export interface SameBatch {
  /** Set if both files have a batch dimension. */
  readonly batched: Signature['batched'];
  /** Number of samples per run, if there is a batch dimension. */
  readonly batch: number;
}

/** Compares both files on all samples. Throws `failed-precondition` if one of them fails. */
export async function verifyGenerated(
  verification: Verification,
  { batched, batch }: SameBatch,
): Promise<ComparisonResult> {
  const { original, generated, samples, bound, budget } = verification;
  const comparison = createComparison({ bound });
  const samplesPerRun = batched ? batch : 1;
  for (let from = 0; budget.shouldContinue(from, samples.count); from += samplesPerRun) {
    const to = Math.min(from + samplesPerRun, samples.count);
    const inputs = inputsOf(await samples.rows(from, to), batched);
    const expected = await original.run(inputs);
    comparison.add(expected, await generated.run(inputs), to - from);
  }
  return comparison.result();
}

/** Multiple of the batch sizes that are verified: 1, 2 and 5, of which the last does not fill the vectors of a kernel. */
const minCompared = 10;

/**
 * Returns the number of samples that are compared together: a multiple of the original's batch size, and at least
 * `minCompared`.
 */
export const windowOf = (fixedBatch: number): number => fixedBatch * Math.ceil(minCompared / fixedBatch);

/**
 * Maximum distance of an item in a batch of another size from the original. They are the same up to rounding, because ONNX
 * Runtime may compute a single item in another way than a batch.
 */
const originalDistance = 2e-2;

/**
 * Compares a file with a dynamic batch with an original that takes `fixedBatch` items at a time. Every item must have
 * the original's outputs, whatever batch it is in. Skips the last samples if they do not fill a window. Throws as
 * `verifyGenerated` does.
 */
export async function verifyBatches(verification: Verification, fixedBatch: number): Promise<ComparisonResult> {
  const { original, generated, samples, bound, budget } = verification;
  const comparison = createComparison({ bound, maxDistance: originalDistance });
  const window = windowOf(fixedBatch);
  const whole = samples.count - (samples.count % window);
  for (let from = 0; budget.shouldContinue(from, whole); from += window) {
    const rows = { samples, from, to: from + window };
    const expected = await outputsInBatches(original, rows, fixedBatch);
    for (const batch of [1, 2, 5]) comparison.add(expected, await outputsInBatches(generated, rows, batch), window);
  }
  return comparison.result();
}

interface Rows {
  readonly samples: Samples;
  readonly from: number;
  readonly to: number;
}

/**
 * Runs all rows in batches, of which the last may be smaller. Returns the joined outputs, with the rows as the first
 * dimension.
 */
async function outputsInBatches(
  model: BackgroundModel,
  { samples, from, to }: Rows,
  batch: number,
): Promise<readonly TensorOutput[]> {
  const runs: (readonly TensorOutput[])[] = [];
  for (let start = from; start < to; start += batch) {
    const end = Math.min(start + batch, to);
    const outputs = await model.run(await samples.rows(start, end));
    for (const { name, shape } of outputs) {
      if (shape[0] !== end - start) throw batchMismatch(name, shape, end - start);
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

const batchMismatch = (name: string, shape: readonly number[], batch: number): ParetoError =>
  new ParetoError(
    'failed-precondition',
    `output ${name} has shape [${shape.join()}], expected ${batch} as its first dimension`,
  );
