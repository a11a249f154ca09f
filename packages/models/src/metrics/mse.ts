// Mean squared error between the model's numbers and the expected ones, converted so that higher is better.

import type { Tensor } from '../tensors/npy.js';
import { defineMetric, isNumeric, type QualityMetric } from './quality-metric.js';
import { summariseBootstrap } from './summary.js';
import { checkNumberLabels, numberOutputs, perSample } from './vectors.js';

/** Returns the mean squared error of each sample. */
const squaredErrors = (output: Tensor, reference: Tensor): readonly number[] =>
  perSample(output, reference, (a, b, start, end) => {
    let sum = 0;
    for (let index = start; index < end; index++) sum += ((a[index] ?? Number.NaN) - (b[index] ?? Number.NaN)) ** 2;
    return sum / (end - start);
  });

/** 1 / (1 + mean squared error), computed over the samples whose error is finite, times the share of these samples. */
export const mse: QualityMetric = defineMetric({
  outputs: numberOutputs,
  judges: isNumeric,
  checkLabels: checkNumberLabels,
  observe: squaredErrors,
  summarise: (errors) => summariseBootstrap(errors.length, (indices) => closeness(errors, indices)),
  scores: influences,
  areHits: false,
  agree: (output, reference) =>
    squaredErrors(output, reference).map((error) => (isFinite(error) ? 1 / (1 + error) : 0)),
});

function closeness(errors: readonly number[], indices: Uint32Array): number {
  let [sum, finite] = [0, 0];
  for (const index of indices) {
    const error = errors[index] ?? Number.NaN;
    if (!Number.isFinite(error)) continue;
    sum += error;
    finite++;
  }
  return finite === 0 ? 0 : finite / indices.length / (1 + sum / finite);
}

/** Returns the influence values of the errors: with a and s, the means of finiteness and error, it is a² / (a + s). */
function influences(errors: readonly number[]): readonly number[] {
  const finite = errors.filter((error) => Number.isFinite(error));
  const [a, s] = [finite.length / errors.length, finite.reduce((sum, error) => sum + error, 0) / errors.length];
  if (a === 0) return errors.map(() => 0);
  const total = (a + s) ** 2;
  const [ofFinite, ofError] = [(a * a + 2 * a * s) / total, -(a * a) / total];
  return errors.map((error) => {
    const influence = Number.isFinite(error) ? ofFinite * (1 - a) + ofError * (error - s) : -ofFinite * a - ofError * s;
    return (a * a) / (a + s) + influence;
  });
}
