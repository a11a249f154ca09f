// Confidence intervals and percentiles.

import type { Rng } from './rng.js';

/**
 * Returns the Wilson score interval at 95 % of `hits / samples`, or [0, 1] without samples. Source: Wilson 1927; z =
 * 1.959964.
 */
export function wilson95(hits: number, samples: number): readonly [lower: number, upper: number] {
  if (samples === 0) return [0, 1];
  const z = 1.959963984540054;
  const p = hits / samples;
  const denominator = 1 + (z * z) / samples;
  const centre = p + (z * z) / (2 * samples);
  const spread = z * Math.sqrt((p * (1 - p)) / samples + (z * z) / (4 * samples * samples));
  // Rounding must not exclude the estimate itself, as it would at 0 and 1.
  return [
    Math.max(0, Math.min(p, (centre - spread) / denominator)),
    Math.min(1, Math.max(p, (centre + spread) / denominator)),
  ];
}

/** Returns the nearest-rank percentile of ascending values, for a `fraction` in (0, 1]. NaN without values. */
export function percentile(ascending: ArrayLike<number>, fraction: number): number {
  if (ascending.length === 0) return Number.NaN;
  const rank = Math.min(ascending.length, Math.max(1, Math.ceil(fraction * ascending.length)));
  return ascending[rank - 1] ?? Number.NaN;
}

/**
 * Returns the percentile bootstrap interval at 95 % of a statistic in [0, 1], or [0, 1] without samples. It always
 * includes the statistic of the samples themselves. `statistic` receives the drawn indices in an array that is reused
 * between calls. Source: Efron and Tibshirani 1993, section 13.3.
 */
export function bootstrap95(
  samples: number,
  statistic: (indices: Uint32Array) => number,
  rng: Rng,
  resamples = 1000,
): readonly [lower: number, upper: number] {
  if (samples === 0) return [0, 1];
  const indices = Uint32Array.from({ length: samples }, (_, index) => index);
  const point = statistic(indices);
  const values = Float64Array.from({ length: resamples }, () => {
    for (let index = 0; index < samples; index++) indices[index] = Math.floor(rng() * samples);
    return statistic(indices);
  }).sort();
  return [Math.min(point, percentile(values, 0.025)), Math.max(point, percentile(values, 0.975))];
}
