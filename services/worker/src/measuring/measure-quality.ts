// Measures a variant's accuracy and its agreement with the original, on the evaluation samples of the validation set.

import {
  ParetoError,
  type Accuracy,
  type Clock,
  type Digest,
  type Metric,
  type SampleScores,
  type VariantSpec,
} from '@pareto/core';
import {
  areHits,
  createAgreement,
  createScorer,
  judgedOutput,
  splitName,
  toNumbers,
  type SampleSet,
  type Tensor,
} from '@pareto/models';
import { packSamples, sampleSetId } from '@pareto/policy';
import { releaseAfterMaxHold, type Executor, type SlotTokens, type TensorInput } from '@pareto/runtime';
import type { Logger } from '@pareto/telemetry';
import type { StepContext } from '../orders/step-context.js';
import { chosenSamples, inputsOf, perSample, rowsFrom } from '../sampling/samples.js';
import { runModel, type BackgroundModel } from '../sampling/background-executor.js';
import { createSampleBudget } from '../sampling/sample-budget.js';

export interface Quality {
  /** Accuracy on the evaluation samples. Undefined if there are none. */
  readonly accuracy: Accuracy | undefined;
  /** Share of samples that agree with the original. Undefined if there are none, or if the variant is the original. */
  readonly agreement: number | undefined;
  /** Scores of the evaluation samples. Undefined if there are none. */
  readonly scores: SampleScores | undefined;
}

export interface QualityRequest extends StepContext {
  readonly spec: Pick<VariantSpec, 'variant' | 'signature'>;
  readonly metric: Metric;
  readonly set: SampleSet;
  /** Digest of the validation set. */
  readonly validation: Digest;
  readonly executor: Executor;
  /** Slot tokens of the executor's hardware class; each run holds one. */
  readonly tokens: SlotTokens;
  /** Maximum batch size that was profiled. */
  readonly maxBatch: number;
  /**
   * The original, which runs the same samples at the lowest priority. Undefined if there is nothing to compare with.
   */
  readonly original: BackgroundModel | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Samples per run, as in the batches of a busy replica: with dynamic quantisation the outputs depend on the batch. */
const maxSamplesPerRun = 32;

/**
 * Runs all evaluation samples. Throws `invalid-argument` for labels that don't fit, `failed-precondition` if a model
 * fails or returns only NaN.
 */
export async function measureQuality(request: QualityRequest): Promise<Quality> {
  const { spec, metric, set, executor, original, reportProgress, signal } = request;
  const { signature } = spec;
  const { calibrationSamples, samples, maxRows } = set;
  const count = samples - calibrationSamples;
  const [scorer, agreement] = [createScorer(metric, set.spread), createAgreement(metric)];
  const samplesPerRun = signature.batched ? Math.min(maxSamplesPerRun, request.maxBatch, maxRows) : 1;
  let nanSamples = 0;
  // The original has a low priority, so its runs may be slow: it is compared on fewer samples then.
  const comparisonBudget = createSampleBudget(undefined, request);
  for (let from = 0; from < count; from += samplesPerRun) {
    reportProgress(`measuring accuracy ${from}/${count}`);
    signal.throwIfAborted();
    const rows = rowsFrom(calibrationSamples + from, calibrationSamples + Math.min(from + samplesPerRun, count));
    const inputs = inputsOf(await chosenSamples(set, rows).rows(0, rows.length), signature.batched);
    const outputs = perSample(await runOnSlot(executor, inputs, request), signature);
    const labels = await set.readLabels(rows);
    nanSamples += countNaN(outputs[judgedOutput(metric, outputs.map(sampleForm), labels)]);
    scorer.add(outputs, labels);
    if (original === undefined || !comparisonBudget.shouldContinue(from, count)) continue;
    agreement.add(outputs, perSample(await original.run(inputs), signature));
  }
  reportNaN(nanSamples, count, request);
  const scores = packSamples(sampleSetId(request.validation, metric, splitName), scorer.scores(), areHits(metric));
  return { accuracy: scorer.result(), agreement: original === undefined ? undefined : agreement.result(), scores };
}

async function runOnSlot(
  executor: Executor,
  inputs: readonly TensorInput[],
  { tokens, clock, signal }: QualityRequest,
): ReturnType<typeof runModel> {
  using _token = releaseAfterMaxHold(await tokens.acquire(signal), clock);
  return await runModel(executor, inputs, 'the model');
}

const sampleForm = ({ datatype, dims }: Tensor): Pick<Tensor, 'datatype' | 'dims'> => ({
  datatype,
  dims: dims.slice(1),
});

/** Returns the number of samples whose output contains NaN. */
function countNaN(output: Tensor | undefined): number {
  if (output?.datatype.startsWith('FP') !== true) return 0;
  const values = toNumbers(output);
  const [samples = 1] = output.dims;
  const perRow = values.length / samples;
  let count = 0;
  for (let row = 0; row < samples; row++) {
    let at = row * perRow;
    while (at < (row + 1) * perRow && !Number.isNaN(values[at])) at++;
    if (at < (row + 1) * perRow) count++;
  }
  return count;
}

function reportNaN(samples: number, of: number, { logger, spec }: QualityRequest): void {
  if (samples === 0) return;
  if (samples === of) {
    throw new ParetoError(
      'failed-precondition',
      `the model returned NaN for all ${of} evaluation samples of the validation set`,
    );
  }
  logger.warn('outputs contain NaN and count as wrong', { variant: spec.variant, samples, of });
}
