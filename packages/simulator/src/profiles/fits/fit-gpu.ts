// Fits how fast a GPU is, from models that were measured on it and on a reference GPU.

import type { BatchPoint } from '../../scenario/registry.js';
import { fitLine, lineAt } from './fit-line.js';
import { spreadNear } from './spread-near.js';

/** A model that was measured on the GPU in several batch sizes, and on the reference GPU. */
export interface GpuSample {
  readonly points: readonly BatchPoint[];
  /** Items per second on the reference GPU, in large batches. */
  readonly referencePerSecond: number;
}

export interface GpuFit {
  /** Time of a batch that does not depend on its size. */
  readonly interceptMs: number;
  /** Ratio of the time per item to that on the reference GPU. */
  readonly slowdown: number;
  /** Measured points, for the spread of the latencies. */
  readonly points: readonly BatchPoint[];
}

/** Maximum batch size of the points that are fitted: the largest one that INFaaS profiles. */
const maxBatch = 64;

/**
 * Returns the geometric means of the intercepts of the lines, and of the ratios of their slopes to the reference. Throws a
 * `RangeError` if one of them is not above 0.
 *
 * Source: NVIDIA's table in PyTorch, with FP32 on T4 and V100 and TF32 on A100, and timm's table for an RTX 5090 in mixed
 * precision. Two to five models are in both (`gpuPairs`). Results and mean relative errors of the medians that the fit
 * predicts for them: T4 10.4 ms and 14.2 times (15 %); V100 14.5 ms and 3.54 times (26 %); A100 10.3 ms and 1.51 times
 * (19 %). The maximum error is 65 %: ResNet-50 at batch 8 on V100, because shallow models have fewer launches than the mean.
 */
export function fitGpu(samples: readonly GpuSample[]): GpuFit {
  const fitted = samples.map(({ points, referencePerSecond }) => {
    const line = fitLine(points.filter(({ batch }) => batch <= maxBatch));
    return { ...line, slowdown: (line.msPerItem * referencePerSecond) / 1000 };
  });
  if (!fitted.every((one) => one.interceptMs > 0 && one.slowdown > 0))
    throw new RangeError('the time of a batch must grow with its size, from a positive time');
  return {
    interceptMs: geometricMean(fitted.map(({ interceptMs }) => interceptMs)),
    slowdown: geometricMean(fitted.map(({ slowdown }) => slowdown)),
    points: samples.flatMap(({ points }) => points),
  };
}

/** Returns the points of a model on the GPU, with the spread of the measured point whose median is nearest. */
export const gpuPoints = (fit: GpuFit, referencePerSecond: number, batches: readonly number[]): readonly BatchPoint[] =>
  batches.map((batch) => {
    const line = { interceptMs: fit.interceptMs, msPerItem: (fit.slowdown * 1000) / referencePerSecond };
    return { batch, ...spreadNear(fit.points, lineAt(line, batch)) };
  });

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
