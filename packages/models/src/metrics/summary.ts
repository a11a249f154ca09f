// A value and its 95 % interval, from observations.

import { bootstrap95, createSeededRng, wilson95 } from '@pareto/core';

export interface Summary {
  readonly value: number;
  readonly lower95: number;
  readonly upper95: number;
}

/** Of observations that are 0 or 1. */
export function summariseHits(hits: readonly number[]): Summary {
  const samples = hits.length;
  const right = hits.reduce((sum, hit) => sum + hit, 0);
  const [lower95, upper95] = wilson95(right, samples);
  return { value: samples === 0 ? 0 : right / samples, lower95, upper95 };
}

export const summariseMean = (values: readonly number[]): Summary =>
  summariseBootstrap(values.length, (indices) => {
    let sum = 0;
    for (const index of indices) sum += values[index] ?? 0;
    return sum / indices.length;
  });

/** A resample takes time by its samples; with many samples, fewer tell as much. */
const maxDraws = 2_000_000;
const [minResamples, maxResamples] = [200, 1000];
const seed = 95;

/** `statistic` of the samples at some indices lies in [0, 1]. Without samples: 0 in [0, 1]. */
export function summariseBootstrap(samples: number, statistic: (indices: Uint32Array) => number): Summary {
  if (samples === 0) return { value: 0, lower95: 0, upper95: 1 };
  const value = statistic(Uint32Array.from({ length: samples }, (_, index) => index));
  const resamples = Math.min(maxResamples, Math.max(minResamples, Math.floor(maxDraws / samples)));
  const [lower, upper] = bootstrap95(samples, statistic, createSeededRng(seed), resamples);
  // Samples that are all alike say nothing of their spread. No values in [0, 1] spread wider than zeros and ones.
  const [lower95, upper95] = lower < upper ? [lower, upper] : wilson95(value * samples, samples);
  return { value, lower95, upper95 };
}
