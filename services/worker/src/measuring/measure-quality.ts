// How right a variant's answers are, and how often they are the original's: on the samples that evaluate, for every variant the same.

import { ParetoError, type Accuracy, type Clock, type Metric, type VariantSpec } from '@pareto/core';
import {
  createAgreement,
  createScorer,
  judgedOutput,
  pickRows,
  splitValidation,
  toNumbers,
  type Tensor,
  type ValidationSet,
} from '@pareto/models';
import { releaseAfterMaxHold, type Executor, type SlotTokens, type TensorInput } from '@pareto/runtime';
import type { Logger } from '@pareto/telemetry';
import type { StepContext } from '../orders/step-context.js';
import { chosenSamples, inputsOf, perSample } from '../sampling/samples.js';
import { runModel, type BackgroundModel } from '../sampling/background-executor.js';
import { createSampleBudget } from '../sampling/sample-budget.js';

export interface Quality {
  /** Undefined: there are no samples. */
  readonly accuracy: Accuracy | undefined;
  /** Undefined: there are none, or it is the original itself. */
  readonly agreement: number | undefined;
}

export interface QualityRequest extends StepContext {
  readonly spec: Pick<VariantSpec, 'variant' | 'signature'>;
  readonly metric: Metric;
  readonly set: ValidationSet;
  readonly executor: Executor;
  /** Of the hardware class that the executor is on: one is held for each run. */
  readonly tokens: SlotTokens;
  /** The largest batch that it was seen to run. */
  readonly maxBatch: number;
  /** Runs the same samples beside it, when nobody else wants the core. */
  readonly original: BackgroundModel | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As many as a busy replica runs together: dynamic quantisation answers otherwise in batches. */
const maxTogether = 32;

/** Throws `invalid-argument` for labels that don't fit, `failed-precondition` when a model doesn't run or answers nothing but NaN. */
export async function measureQuality(request: QualityRequest): Promise<Quality> {
  const { spec, metric, set, executor, original, reportProgress, signal } = request;
  const { signature } = spec;
  const rows = splitValidation(set).evaluation;
  const samples = chosenSamples(set, rows);
  const [scorer, agreement] = [createScorer(metric), createAgreement(metric)];
  const step = signature.batched ? Math.min(maxTogether, request.maxBatch) : 1;
  let unanswered = 0;
  // It may be starved where the variant is not: then it answers a part of the samples.
  const comparisonBudget = createSampleBudget(undefined, request);
  for (let from = 0; from < rows.length; from += step) {
    reportProgress(`measuring accuracy ${from}/${rows.length}`);
    signal.throwIfAborted();
    const to = Math.min(from + step, rows.length);
    const inputs = inputsOf(samples.rows(from, to), signature.batched);
    const outputs = perSample(await runOnSlot(executor, inputs, request), signature);
    unanswered += countNaN(outputs[judgedOutput(metric, outputs.map(sampleForm))]);
    scorer.add(outputs, pickRows(set.labels, rows.slice(from, to)));
    if (original === undefined || !comparisonBudget.shouldContinue(from, rows.length)) continue;
    agreement.add(outputs, perSample(await original.run(inputs), signature));
  }
  reportNaN(unanswered, rows.length, request);
  return { accuracy: scorer.result(), agreement: original === undefined ? undefined : agreement.result() };
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

/** Samples whose answer holds what is not a number. */
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
    throw new ParetoError('failed-precondition', `the model answers NaN to all ${of} samples of the validation set`);
  }
  logger.warn('answers hold NaN, and count as wrong', { variant: spec.variant, samples, of });
}
