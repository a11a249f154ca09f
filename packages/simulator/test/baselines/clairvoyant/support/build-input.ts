// Small inputs of a clairvoyant.

import { milliseconds } from '@pareto/core';
import type { SimulatedVariant, VariantProfile } from '../../../../src/index.js';
import type { StreamDemand } from '../../../../src/baselines/clairvoyant/demand/count-demand.js';

/** Builds a profile whose percentiles are equal: a time for each batch size. */
export const buildProfile = (
  hardwareClass: string,
  timesMs: Readonly<Record<number, number>>,
  rest: Partial<Pick<VariantProfile, 'memoryMib' | 'loadMs'>> = {},
): VariantProfile => ({
  hardwareClass,
  points: Object.entries(timesMs).map(([batch, ms]) => ({ batch: Number(batch), p50Ms: ms, p95Ms: ms, p99Ms: ms })),
  ...{ memoryMib: 100, loadMs: 2_000, modelled: false, source: 'a test' },
  ...rest,
});

export const buildVariant = (
  name: string,
  accuracy: number,
  ...profiles: readonly VariantProfile[]
): SimulatedVariant => ({
  ...{ name, architecture: name, task: 'digits', accuracy, profiles },
});

export const buildStream = (counts: readonly number[], latencyMs: number, minAccuracy?: number): StreamDemand => ({
  task: 'digits',
  objective: { latencyMs: milliseconds(latencyMs), minAccuracy },
  counts,
});
