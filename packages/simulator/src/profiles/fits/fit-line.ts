// Fits the time of a batch by a line in its size.

import type { BatchPoint } from '../../scenario/registry.js';

/** Time of a batch as INFaaS models it: `interceptMs + msPerItem * batch`. */
export interface BatchLine {
  readonly interceptMs: number;
  readonly msPerItem: number;
}

export const lineAt = ({ interceptMs, msPerItem }: BatchLine, batch: number): number => interceptMs + msPerItem * batch;

/**
 * Returns the line with the least sum of squared relative errors of the medians. Relative errors make a batch of 1 count as
 * much as one of 64. Throws a `RangeError` for fewer than two batch sizes.
 *
 * Form: INFaaS, ATC'21. Mean and maximum relative errors over the ten profiles of NVIDIA's table that `fitGpu` uses (batches
 * up to 64): 8 % and 28 %. The line fits badly where a GPU waits for kernel launches, so that a batch of 8 takes as long as
 * one of 1: there it is too low by up to 16 % at 1, and too high by up to 28 % at 4 and 8.
 */
export function fitLine(points: readonly Pick<BatchPoint, 'batch' | 'p50Ms'>[]): BatchLine {
  if (new Set(points.map(({ batch }) => batch)).size < 2) throw new RangeError('a line needs two batch sizes');
  // Both sides of `intercept + slope * batch = ms` are divided by `ms`. These are the sums of the normal equations.
  let [ones, batches, squares, times, products] = [0, 0, 0, 0, 0];
  for (const { batch, p50Ms } of points) {
    const weight = 1 / p50Ms ** 2;
    ones += weight;
    batches += weight * batch;
    squares += weight * batch ** 2;
    times += weight * p50Ms;
    products += weight * batch * p50Ms;
  }
  const msPerItem = (ones * products - batches * times) / (ones * squares - batches ** 2);
  return { interceptMs: (times - msPerItem * batches) / ones, msPerItem };
}
