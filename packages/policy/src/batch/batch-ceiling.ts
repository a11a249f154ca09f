// The maximum number of items that a worker merges into one batch. The controller sends it with a replica's assignment.

import type { Profile } from '@pareto/core';
import { p50At, p99At } from '../cost/profile-at.js';
import { sharedBatchLimit } from '../rows/shared-batch-limit.js';

export interface BatchCeilingParams {
  /** Share of the time per item of the next smaller batch that a larger one must save. */
  readonly minSaving: number;
}

const defaultBatchCeilingParams: BatchCeilingParams = { minSaving: 0.05 };

/**
 * Returns the largest measured batch that queries may share, that saves time per item, and whose p99 leaves half of
 * `latencyMs` (the task's default) for waiting. Returns the smallest measured batch if none does.
 */
export const batchCeiling = (profile: Profile, latencyMs: number): number =>
  Math.min(usefulBatch(profile, latencyMs), sharedBatchLimit(profile));

/**
 * Returns the ceiling without regard to whether queries may share batches. Each size is compared with the next smaller one
 * that saves time.
 */
export function usefulBatch(
  profile: Profile,
  latencyMs: number,
  { minSaving }: BatchCeilingParams = defaultBatchCeilingParams,
): number {
  let ceiling = profile.points[0]?.batch ?? 1;
  for (const { batch } of profile.points) {
    const saves = p50At(profile, batch) / batch <= (1 - minSaving) * (p50At(profile, ceiling) / ceiling);
    if (saves && p99At(profile, batch) <= latencyMs / 2) ceiling = batch;
  }
  return ceiling;
}
