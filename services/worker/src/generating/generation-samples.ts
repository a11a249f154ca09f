// Reads the samples on which a file is calibrated and verified.

import { errorText, type Metric, type Signature } from '@pareto/core';
import { readValidationSet, splitValidation, type ValidationSet } from '@pareto/models';
import { chosenSamples, syntheticSamples, type Samples } from '../sampling/samples.js';

export interface GenerationSamples {
  /** Samples that are not used for evaluation, or the reason why there are none. */
  readonly calibration: Samples | string;
  /** Samples of the evaluation share of the validation set, or synthetic ones. */
  readonly verification: Samples;
}

export interface SamplesOptions {
  /** Path of the NPZ file of the validation set. Undefined if the task has none. */
  readonly validationPath: string | undefined;
  readonly signature: Signature;
  readonly metric: Metric;
  /** Bounds of the number of verification samples. A validation set with fewer samples than `minCount` is repeated. */
  readonly minCount: number;
  readonly maxCount: number;
}

const syntheticCount = 32;

/** Reads the samples. Never throws: an unsuitable validation set is not used, and the reason is in `calibration`. */
export async function readGenerationSamples({
  validationPath,
  signature,
  metric,
  minCount,
  maxCount,
}: SamplesOptions): Promise<GenerationSamples> {
  const set = validationPath === undefined ? noSet : await readFitting(validationPath, signature, metric);
  if (typeof set === 'string') {
    return {
      calibration: needsSamples(set),
      verification: syntheticSamples(signature, Math.max(minCount, syntheticCount)),
    };
  }
  const { calibration, evaluation } = splitValidation(set);
  return {
    calibration:
      calibration.length === 0 ? needsSamples('the validation set is too small') : chosenSamples(set, calibration),
    verification: chosenSamples(set, repeated(spread(evaluation, maxCount), minCount)),
  };
}

const noSet = 'the task has no validation set';
const needsSamples = (why: string): string => `calibration needs real samples: ${why}`;

const readFitting = (path: string, signature: Signature, metric: Metric): Promise<ValidationSet | string> =>
  readValidationSet(path, signature, metric).catch(errorText);

const repeated = (rows: readonly number[], minCount: number): readonly number[] =>
  Array.from({ length: Math.max(minCount, rows.length) }, (_, index) => rows[index % rows.length] ?? 0);

/** Returns at most `maxCount` rows, evenly spread over the set, which is often sorted by class. */
function spread(rows: readonly number[], maxCount: number): readonly number[] {
  if (rows.length <= maxCount) return rows;
  return Array.from({ length: maxCount }, (_, index) => rows[Math.floor((index * rows.length) / maxCount)] ?? 0);
}
