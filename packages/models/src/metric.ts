// Quality metrics: how many of a model's answers are right.

import { ParetoError, wilson95, type Accuracy, type Metric } from '@pareto/core';
import { toNumbers } from './numbers.js';
import type { Tensor } from './npy.js';

export interface Score {
  readonly hits: number;
  readonly samples: number;
}

/** One way to compare outputs with labels; another metric is another entry in the table below. */
export interface QualityMetric {
  readonly name: Metric;
  /** `output` is the model's first; both have the samples as first dimension. Throws `invalid-argument` for unfit shapes. */
  score(output: Tensor, labels: Tensor): Score;
}

const top1: QualityMetric = {
  name: 'top1',
  score(output, labels) {
    const samples = labels.dims[0] ?? 0;
    const scores = toNumbers(output);
    const classes = scores.length / samples;
    if (output.dims[0] !== samples || labels.dims.length !== 1 || !Number.isInteger(classes)) {
      throw new ParetoError(
        'invalid-argument',
        `top1 compares scores [samples, classes] with labels [samples]: got [${output.dims.join(', ')}] and [${labels.dims.join(', ')}]`,
      );
    }
    const expected = toNumbers(labels);
    let hits = 0;
    for (let sample = 0; sample < samples; sample++) {
      const answer = classes === 1 ? scores[sample] : indexOfLargest(scores, sample * classes, classes);
      if (answer === expected[sample]) hits++;
    }
    return { hits, samples };
  },
};

/** Of `count` values from `start`; -1 when one of them is not a number. */
function indexOfLargest(values: ArrayLike<number>, start: number, count: number): number {
  let best = -1;
  let largest = -Infinity;
  for (let index = 0; index < count; index++) {
    const value = values[start + index] ?? Number.NaN;
    if (Number.isNaN(value)) return -1;
    if (best === -1 || value > largest) {
      best = index;
      largest = value;
    }
  }
  return best;
}

const table: Readonly<Record<Metric, QualityMetric>> = { top1 };

export const metricOf = (name: Metric): QualityMetric => table[name];

/** Accuracy with its 95 % interval. Source: Wilson 1927. */
export function accuracyOf(metric: Metric, { hits, samples }: Score): Accuracy {
  const [lower95, upper95] = wilson95(hits, samples);
  return { metric, value: samples === 0 ? 0 : hits / samples, lower95, upper95, samples };
}
