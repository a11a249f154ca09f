// The means and the standard deviation of the labels of regression, which its metrics compare errors with.

import { metricForms, type Metric } from '@pareto/core';
import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import { labelsError, type LabelSpread } from './quality-metric.js';

/**
 * Returns the spread of the labels of the evaluation samples, which are `rows`, or undefined if the metric does not need it.
 * Throws `invalid-argument` if all labels are equal, or if one is not finite.
 */
export function spreadFor(metric: Metric, labels: Tensor, rows: readonly number[]): LabelSpread | undefined {
  if (!metricForms[metric].isScaled) return undefined;
  const spread = spreadOf(labels, rows);
  if (spread.deviation > 0 && Number.isFinite(spread.deviation)) return spread;
  const why =
    spread.deviation === 0
      ? `the labels of all ${rows.length} evaluation samples are equal: add samples with other labels`
      : 'labels are infinite, or too large to be squared: remove such samples';
  throw labelsError(`${metric} compares errors with the standard deviation of the labels, but ${why}`);
}

/** Source: Welford, *Note on a method for calculating corrected sums* (1962). It is exact for equal labels. */
function spreadOf(labels: Tensor, rows: readonly number[]): LabelSpread {
  const values = toNumbers(labels);
  const means = new Array<number>(values.length / (labels.dims[0] ?? 0)).fill(0);
  let squares = 0;
  for (const [count, row] of rows.entries()) {
    means.forEach((mean, at) => {
      const value = values[row * means.length + at] ?? Number.NaN;
      const next = mean + (value - mean) / (count + 1);
      squares += (value - mean) * (value - next);
      means[at] = next;
    });
  }
  return { means, deviation: Math.sqrt(squares / (rows.length * means.length)) };
}
