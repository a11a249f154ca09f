// Checks that a generated file may serve in place of the original: it has the same signature and similar outputs.

import { hasOpenBatch, ParetoError, withLeadingBatch, type Signature, type TensorSpec } from '@pareto/core';
import type { Generator, ModelReader, RowAnalysis } from '@pareto/models';
import type { StepContext } from '../orders/step-context.js';
import type { ComparisonResult } from './compare-outputs.js';
import type { Samples } from '../sampling/samples.js';
import { loadInBackground, type BackgroundDeps, type BackgroundModel } from '../sampling/background-executor.js';
import { verifyRows } from '../rows/verify-rows.js';
import { createSampleBudget } from '../sampling/sample-budget.js';
import { verifyBatches, verifyGenerated } from './verify-generated.js';

export interface GeneratedFileCheck extends BackgroundDeps, StepContext {
  readonly generator: Generator;
  readonly reader: ModelReader;
  /** Signature of the original. */
  readonly signature: Signature;
  /** Paths of the graph files. */
  readonly originalPath: string;
  readonly generatedPath: string;
  readonly samples: Samples;
  readonly batch: number;
}

/**
 * Compares the outputs of both files. Throws the error of a failed load, and `failed-precondition` if a model fails or
 * the signatures differ.
 */
export async function checkGenerated(check: GeneratedFileCheck): Promise<ComparisonResult> {
  const { generator, signature, originalPath, generatedPath, samples, batch, signal } = check;
  const { bound } = generator;
  const expected = servedSignature(generator, signature);
  const { signature: got, rows } = await check.reader.inspect(generatedPath, signal);
  if (!servesAs(got, expected)) {
    throw new ParetoError(
      'failed-precondition',
      `the generated file has the signature ${describe(got)}, expected ${describe(expected)} as in the original`,
    );
  }
  // A file that only names an open batch computes what the original does. Loading both would double the memory.
  const isRenamed = generator.opensBatch === true && hasOpenBatch(signature);
  await using loaded = isRenamed ? undefined : await loadInBackground('the original', originalPath, check, signal);
  await using generated = await loadInBackground('the generated file', generatedPath, check, signal);
  const original = loaded ?? generated;
  const verification = { original, generated, samples, bound, budget: createSampleBudget('checking', check) };
  if (generator.opensBatch !== true) return await verifyGenerated(verification, { batched: signature.batched, batch });
  const result = await verifyBatches(verification, fixedBatchOf(signature));
  return { ...result, problem: result.problem ?? (await rowProblem(check, generated, rows)) };
}

/** Maximum batch size that is verified before the latency of batches is known. */
const maxVerifiedBatch = 8;

/** Returns why the rows of a file with a dynamic batch are not kept apart. Undefined if they are. */
async function rowProblem(
  { samples, reportProgress }: GeneratedFileCheck,
  generated: BackgroundModel,
  analysis: RowAnalysis,
): Promise<string | undefined> {
  const isolation = await verifyRows({
    ...{ analysis, ceiling: maxVerifiedBatch, reportProgress },
    samples: { ...samples, count: Math.min(maxVerifiedBatch, samples.count) },
    paddedSize: (items) => items,
    expectedMs: () => 0,
    run: (inputs) => generated.tryRun(inputs),
  });
  return isolation?.kind === 'mixed' ? isolation.reason : undefined;
}

/**
 * Returns the signature that a generated file must have: that of the original, with a dynamic batch if the generator
 * makes a fixed one dynamic.
 */
export const servedSignature = ({ opensBatch = false }: Generator, original: Signature): Signature =>
  opensBatch && !original.batched ? withLeadingBatch(original) : original;

export const fixedBatchOf = ({ inputs }: Signature): number => Math.max(1, inputs[0]?.dims[0] ?? 1);

const fullDims = ({ dims }: TensorSpec, { batched }: Signature): readonly number[] => (batched ? [-1, ...dims] : dims);

/**
 * Returns whether both have the same inputs and outputs. An output dimension that is dynamic in one of them matches any
 * size.
 */
function servesAs(got: Signature, expected: Signature): boolean {
  const isSame = (one: TensorSpec, other: TensorSpec | undefined, isOutput: boolean): boolean => {
    if (one.name !== other?.name || one.datatype !== other.datatype) return false;
    const [expectedDims, foundDims] = [fullDims(one, expected), fullDims(other, got)];
    const fits = (dim: number, at: number): boolean =>
      dim === foundDims[at] || (isOutput && [dim, foundDims[at]].includes(-1));
    return expectedDims.length === foundDims.length && expectedDims.every(fits);
  };
  return (
    got.inputs.length === expected.inputs.length &&
    got.outputs.length === expected.outputs.length &&
    expected.inputs.every((input, index) => isSame(input, got.inputs[index], false)) &&
    expected.outputs.every((output, index) => isSame(output, got.outputs[index], true))
  );
}

function describe(signature: Signature): string {
  const list = (specs: readonly TensorSpec[]): string =>
    specs.map((spec) => `${spec.name} ${spec.datatype} [${fullDims(spec, signature).join()}]`).join(', ');
  return `(${list(signature.inputs)}) → (${list(signature.outputs)})`;
}
