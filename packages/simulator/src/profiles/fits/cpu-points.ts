// Predicts the times of a CNN or vision transformer on one core.

import type { BatchPoint } from '../../scenario/registry.js';

/** Size of a model: of one item. */
export interface Work {
  /** Multiplications and additions, in billions. */
  readonly gmacs: number;
  /** Activations, in millions of values. */
  readonly macts: number;
}

/**
 * Returns the median time of a batch: `19.1 ms * gmacs^0.795 * macts^0.193 * batch`.
 *
 * Source: least squares of the logarithms at batch 1 over 15 classifiers of timm from 0.23 to 17.6 GMACs, as ONNX in fp32 with
 * untrained weights, run by ONNX Runtime 1.30 on one core of an AMD EPYC of the fourth generation with one thread. Its CPU
 * time was measured, because the cores were shared. Mean relative error 10 % at batch 1 (maximum 19 %), and 11 % over
 * batches of 1 to 8 (maximum 33 %). The time per item at 2, 4, 8 and 16 is 0.98, 1.00, 1.04 and 1.10 times that at 1 in the
 * mean, so a batch gains nothing. Beyond 17.6 GMACs the formula extrapolates. A multiple of timm's own times on 14 cores of an i9-10940X is off by 68 % in the mean.
 */
const cpuMs = ({ gmacs, macts }: Work, batch: number): number => 19.1 * gmacs ** 0.795 * macts ** 0.193 * batch;

/** Ratios of the 95th and the 99th percentile to the median: the means over five of these classifiers, 150 runs of each. */
const spread = { p95: 1.09, p99: 1.16 };

export const cpuPoints = (work: Work, batches: readonly number[]): readonly BatchPoint[] =>
  batches.map((batch) => {
    const p50Ms = cpuMs(work, batch);
    return { batch, p50Ms, p95Ms: p50Ms * spread.p95, p99Ms: p50Ms * spread.p99 };
  });
