// The metrics of regression: root mean squared error, mean absolute error, and the share of the variance of the labels that
// the answers explain. Their accuracies are relative to the standard deviation of the labels (`metricForms` in core).

import { metricForms, type Metric } from '@pareto/core';
import type { Tensor } from '../tensors/npy.js';
import { toNumbers } from '../tensors/numbers.js';
import { defineMetric, isNumeric, type LabelSpread, type QualityMetric } from './quality-metric.js';
import { summariseBootstrap } from './summary.js';
import { checkNumberLabels, numberOutputs, perSample } from './vectors.js';

/** Averages over the numbers of a sample. */
interface Observation {
  /** Infinite if the answer is not finite. */
  readonly error: number;
  /** Squared deviation of the label from the mean of the labels. */
  readonly deviation: number;
}

/** Returns a number that depends on the mean error, and on the mean squared deviation of the labels. */
type OfMeans = (error: number, variance: number) => number;

/** Defines a metric for which an answer that is not finite makes the error infinite, and the accuracy 0. */
function defineRegression(metric: Metric, errorOf: (difference: number) => number, valueOf: OfMeans): QualityMetric {
  const judged = {
    ...{ outputs: numberOutputs, judges: isNumeric, checkLabels: checkNumberLabels, areHits: false },
    agree: agreements,
  };
  return {
    ...judged,
    createObserver(spread) {
      if (spread === undefined) throw new RangeError(`${metric} needs the spread of the labels`);
      const accuracyOf: OfMeans = (error, variance) =>
        metricForms[metric].toAccuracy(valueOf(error, variance), spread.deviation);
      return defineMetric<Observation>({
        ...judged,
        observe: (output, labels) => observe(output, labels, spread, errorOf),
        summarise: (all) =>
          summariseBootstrap(all.length, (indices) => {
            let [error, deviation] = [0, 0];
            for (const index of indices) {
              error += all[index]?.error ?? 0;
              deviation += all[index]?.deviation ?? 0;
            }
            return accuracyOf(error / indices.length, deviation / indices.length);
          }),
        scores: (all) => influences(all, accuracyOf),
      }).createObserver();
    },
  };
}

const square = (value: number): number => value * value;

export const rmse: QualityMetric = defineRegression('rmse', square, Math.sqrt);
export const mae: QualityMetric = defineRegression('mae', Math.abs, (error) => error);
export const r2: QualityMetric = defineRegression('r2', square, (error, variance) =>
  error === 0 ? 1 : 1 - error / variance,
);

function observe(
  output: Tensor,
  labels: Tensor,
  { means }: LabelSpread,
  errorOf: (difference: number) => number,
): readonly Observation[] {
  const errors = perSample(output, labels, (a, b, start, end) => {
    let sum = 0;
    for (let at = start; at < end; at++) sum += errorOf((a[at] ?? Number.NaN) - (b[at] ?? Number.NaN));
    return sum / (end - start);
  });
  const expected = toNumbers(labels);
  return errors.map((error, row) => {
    const start = row * means.length;
    const deviation = means.reduce((sum, mean, at) => sum + square((expected[start + at] ?? Number.NaN) - mean), 0);
    return { error: Number.isFinite(error) ? error : Infinity, deviation: deviation / means.length };
  });
}

function influences(all: readonly Observation[], accuracyOf: OfMeans): readonly number[] {
  const error = all.reduce((sum, one) => sum + one.error, 0) / all.length;
  const variance = all.reduce((sum, one) => sum + one.deviation, 0) / all.length;
  const accuracy = accuracyOf(error, variance);
  if (error === 0 || !Number.isFinite(error)) return all.map(() => accuracy);
  const byError = slopeAt((value) => accuracyOf(value, variance), error);
  const byVariance = slopeAt((value) => accuracyOf(error, value), variance);
  return all.map((one) => accuracy + byError * (one.error - error) + byVariance * (one.deviation - variance));
}

/** Returns the derivative at a value above 0, by a central difference. */
const slopeAt = (of: (value: number) => number, value: number): number => {
  const step = value * 1e-4;
  return (of(value + step) - of(value - step)) / (2 * step);
};

/**
 * Returns the agreement of each answer with the reference's: 1 without a difference, and 0 if the numbers differ by as much as
 * they are large together. It does not depend on their unit.
 */
function agreements(output: Tensor, reference: Tensor): readonly number[] {
  return perSample(output, reference, (a, b, start, end) => {
    let [apart, size] = [0, 0];
    for (let at = start; at < end; at++) {
      const [x, y] = [a[at] ?? Number.NaN, b[at] ?? Number.NaN];
      apart += Math.abs(x - y);
      size += Math.abs(x) + Math.abs(y);
    }
    if (size === 0) return 1;
    const agreement = 1 - apart / size;
    return Number.isNaN(agreement) ? 0 : Math.max(0, agreement);
  });
}
