// The samples that a file is calibrated and verified on.

import { errorText, type Metric, type Signature } from '@pareto/core';
import { readValidationSet, splitValidation, type ValidationSet } from '@pareto/models';
import { chosenSamples, syntheticSamples, type Samples } from '../sampling/samples.js';

export interface GenerationSamples {
  /** None that is evaluated on; a text says why there are none. */
  readonly calibration: Samples | string;
  /** Of the evaluation share, or else made up. */
  readonly verification: Samples;
}

export interface SamplesOptions {
  /** Of the NPZ file; undefined: there is none. */
  readonly validationPath: string | undefined;
  readonly signature: Signature;
  readonly metric: Metric;
  /** How many to verify on: where a set has fewer than the least, they come again and again; made up ones are far from the most. */
  readonly minCount: number;
  readonly maxCount: number;
}

const maxSynthetic = 32;

/** Never throws: a set that doesn't fit is as good as none, and why it doesn't is told. */
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
      verification: syntheticSamples(signature, Math.max(minCount, maxSynthetic)),
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
const needsSamples = (why: string): string => `it is calibrated on real samples: ${why}`;

const readFitting = (path: string, signature: Signature, metric: Metric): Promise<ValidationSet | string> =>
  readValidationSet(path, signature, metric).catch(errorText);

const repeated = (rows: readonly number[], minCount: number): readonly number[] =>
  Array.from({ length: Math.max(minCount, rows.length) }, (_, index) => rows[index % rows.length] ?? 0);

/** Sets are often sorted by class. */
function spread(rows: readonly number[], maxCount: number): readonly number[] {
  if (rows.length <= maxCount) return rows;
  return Array.from({ length: maxCount }, (_, index) => rows[Math.floor((index * rows.length) / maxCount)] ?? 0);
}
