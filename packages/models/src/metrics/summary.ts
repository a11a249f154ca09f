// Summarises observations as a value with its 95 % interval.

import { bootstrap95, createSeededRng, wilson95 } from '@pareto/core';

export interface Summary {
  readonly value: number;
  readonly lower95: number;
  readonly upper95: number;
}

/** Summarises observations that are 0 or 1. */
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

/** Limit of samples drawn in total, for time. With many samples, fewer resamples are as precise. */
const maxDraws = 2_000_000;
const [minResamples, maxResamples] = [200, 1000];
const seed = 95;

/**
 * Summarises `statistic`, a value in [0, 1] of the samples at some indices. Without samples, returns 0 with the
 * interval [0, 1].
 */
export function summariseBootstrap(samples: number, statistic: (indices: Uint32Array) => number): Summary {
  if (samples === 0) return { value: 0, lower95: 0, upper95: 1 };
  const value = statistic(Uint32Array.from({ length: samples }, (_, index) => index));
  const resamples = Math.min(maxResamples, Math.max(minResamples, Math.floor(maxDraws / samples)));
  const [lower, upper] = bootstrap95(samples, statistic, createSeededRng(seed), resamples);
  // Equal samples have no spread to resample. Wilson's interval, for samples of 0 or 1, is the widest for this mean.
  const [lower95, upper95] = lower < upper ? [lower, upper] : wilson95(value * samples, samples);
  return { value, lower95, upper95 };
}
