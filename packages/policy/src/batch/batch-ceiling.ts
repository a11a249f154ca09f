// How many items a worker may merge into one batch.

import type { Profile } from '@pareto/core';
import { p50At, p99At } from '../cost/profile-at.js';

/** A larger batch must save at least this share of the time per item of the next smaller one. */
const minSaving = 0.05;

/**
 * The largest measured batch that still pays and whose p99 leaves half of `latencyMs` (the task's default) for
 * waiting; the smallest when none does. Each size is compared with the largest one before it that pays.
 */
export function batchCeiling(profile: Profile, latencyMs: number): number {
  let ceiling = profile.points[0]?.batch ?? 1;
  for (const { batch } of profile.points) {
    const saves = p50At(profile, batch) / batch <= (1 - minSaving) * (p50At(profile, ceiling) / ceiling);
    if (saves && p99At(profile, batch) <= latencyMs / 2) ceiling = batch;
  }
  return ceiling;
}
