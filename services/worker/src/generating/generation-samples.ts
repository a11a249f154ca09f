// Chooses the samples on which a file is calibrated and verified.

import { publicText, type Signature } from '@pareto/core';
import type { SampleSet } from '@pareto/models';
import { RetryableError } from '../orders/retryable-error.js';
import { openSet, type SetDeps, type SetRequest } from '../sampling/open-set.js';
import { chosenSamples, rowsFrom, syntheticSamples, type Samples } from '../sampling/samples.js';

export interface GenerationSamples {
  /** Samples that are not used for evaluation, or the reason why there are none. */
  readonly calibration: Samples | string;
  /** Samples of the evaluation share of the validation set, or synthetic ones. */
  readonly verification: Samples;
}

export interface SamplesOptions {
  readonly signature: Signature;
  /** Bounds of the number of verification samples. A validation set with fewer samples than `minCount` is repeated. */
  readonly minCount: number;
  readonly maxCount: number;
}

const syntheticCount = 32;

/** Opens the validation set, if there is one. Returns the reason if it is missing or unfit. Throws a `RetryableError`. */
export async function openFittingSet(deps: SetDeps, request: SetRequest | undefined): Promise<SampleSet | string> {
  if (request === undefined) return 'the task has no validation set';
  try {
    return await openSet(deps, request);
  } catch (error) {
    if (request.signal.aborted || error instanceof RetryableError) throw error;
    return publicText(error);
  }
}

/** Chooses samples of a set, or synthetic ones if it is the reason why there is none. */
export function chooseSamples(
  set: SampleSet | string,
  { signature, minCount, maxCount }: SamplesOptions,
): GenerationSamples {
  if (typeof set === 'string') {
    return {
      calibration: needsSamples(set),
      verification: syntheticSamples(signature, Math.max(minCount, syntheticCount)),
    };
  }
  const { samples, calibrationSamples } = set;
  const verification = spread(calibrationSamples, samples, maxCount);
  return {
    calibration:
      calibrationSamples === 0
        ? needsSamples('the validation set is too small')
        : chosenSamples(set, rowsFrom(0, calibrationSamples)),
    verification: chosenSamples(set, repeated(verification, minCount)),
  };
}

const needsSamples = (why: string): string => `calibration needs real samples: ${why}`;

const repeated = (rows: readonly number[], minCount: number): readonly number[] =>
  Array.from({ length: Math.max(minCount, rows.length) }, (_, index) => rows[index % rows.length] ?? 0);

/** Returns at most `maxCount` rows of a range, evenly spread over the set, which is often sorted by class. */
function spread(from: number, to: number, maxCount: number): readonly number[] {
  const count = Math.min(maxCount, to - from);
  return Array.from({ length: count }, (_, index) => from + Math.floor((index * (to - from)) / count));
}
