// 95 % intervals of the difference between two variants' mean scores on the same samples.

import { createSeededRng, percentile } from '@pareto/core';

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

const z = 1.959963984540054;
const halvings = 40;

/**
 * Returns the score interval of the difference of two shares of hits: of `samples`, one variant alone is right on
 * `firstOnly`, the other alone on `secondOnly`. It inverts McNemar's test, and is also right with few samples that differ,
 * or none. Source: Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
 * design" (Statistics in Medicine, 1998).
 */
export function tango95(firstOnly: number, secondOnly: number, samples: number): Interval {
  if (samples === 0) return { lower: -1, upper: 1 };
  const difference = (firstOnly - secondOnly) / samples;
  const limit = (outside: number, isExcluded: (score: number) => boolean): number => {
    let [excluded, included] = [outside, difference];
    for (let halving = 0; halving < halvings; halving++) {
      const middle = (excluded + included) / 2;
      if (isExcluded(scoreOf(firstOnly, secondOnly, samples, middle))) excluded = middle;
      else included = middle;
    }
    return included;
  };
  return { lower: limit(-1, (score) => score > z), upper: limit(1, (score) => score < -z) };
}

/** Returns the score statistic of the hypothesis that the difference is `assumed`. */
function scoreOf(firstOnly: number, secondOnly: number, samples: number, assumed: number): number {
  const b = (2 * samples - firstOnly + secondOnly) * assumed - firstOnly - secondOnly;
  const c = -secondOnly * assumed * (1 - assumed);
  const share = (Math.sqrt(b * b - 8 * samples * c) - b) / (4 * samples);
  const variance = samples * (2 * share + assumed * (1 - assumed));
  return (firstOnly - secondOnly - samples * assumed) / Math.sqrt(variance);
}

/** Limit of samples drawn for one interval, for time. With many samples, fewer resamples are as precise. */
const maxDraws = 400_000;
const [minResamples, maxResamples] = [200, 1000];
const seed = 95;

/**
 * Returns the percentile bootstrap interval of the mean of the differences, sample by sample. The same differences give
 * the same interval. If all are 0, there is no spread to resample: the interval is that of hits without a difference, times
 * the `range` of the scores. Source: Efron and Tibshirani 1993, section 13.3.
 */
export function bootstrapMean95(differences: Float64Array, range: number): Interval {
  const samples = differences.length;
  if (differences.every((difference) => difference === 0)) {
    const { lower, upper } = tango95(0, 0, samples);
    return { lower: lower * range, upper: upper * range };
  }
  const rng = createSeededRng(seed);
  const resamples = Math.min(maxResamples, Math.max(minResamples, Math.floor(maxDraws / samples)));
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < samples; drawn++) sum += differences[Math.floor(rng() * samples)] ?? 0;
    return sum / samples;
  }).sort();
  return { lower: percentile(means, 0.025), upper: percentile(means, 0.975) };
}
