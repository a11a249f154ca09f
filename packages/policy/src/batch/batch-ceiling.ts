// How many items a worker may merge into one batch.

import type { Profile } from '@pareto/core';

/** A larger batch must save at least this share of the time per item of the next smaller one. */
const leastSaving = 0.05;

/**
 * The largest measured batch that still pays and whose p99 leaves half of `latencyMs` (the task's default) for
 * waiting. The walk stops at the first batch that does not pay; 1 when none does.
 */
export function batchCeiling(profile: Profile, latencyMs: number): number {
  const [first, ...larger] = profile.points;
  if (first === undefined) return 1;
  let ceiling = first;
  for (const point of larger) {
    const saves = point.p50Ms / point.batch <= (1 - leastSaving) * (ceiling.p50Ms / ceiling.batch);
    if (!saves || point.p99Ms > latencyMs / 2) break;
    ceiling = point;
  }
  return ceiling.batch;
}
