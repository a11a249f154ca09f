// Accuracies with the scores of their samples, for tests of comparisons as pairs.

import { wilson95, type Accuracy, type SampleScores } from '@pareto/core';
import { packSamples } from '../../src/index.js';

export interface Scored {
  readonly accuracy: Accuracy;
  readonly scores: SampleScores;
}

/** Builds the accuracy of a variant that is right on all samples but those from `from` (inclusive) to `to` (exclusive). */
export function wrongOn(samples: number, ...ranges: readonly (readonly [from: number, to: number])[]): Scored {
  const isWrong = (sample: number): boolean => ranges.some(([from, to]) => sample >= from && sample < to);
  const scores = Array.from({ length: samples }, (_, sample) => (isWrong(sample) ? 0 : 1));
  const right = scores.reduce<number>((sum, score) => sum + score, 0);
  const [lower95, upper95] = wilson95(right, samples);
  return {
    accuracy: { metric: 'top1', value: right / samples, lower95, upper95, samples },
    scores: packSamples('set', scores, true),
  };
}
