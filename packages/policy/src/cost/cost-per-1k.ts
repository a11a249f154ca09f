// The cost of 1,000 answers of a variant on a hardware class.

import type { Profile } from '@pareto/core';
import { p50At, p99At } from './profile-at.js';

const msPerHour = 3.6e6;

/**
 * Returns the batch that costs are quoted at: the largest measured one whose p99 is at most half the latency, or 1 if
 * there is none.
 */
export function costBatch(profile: Profile, latencyMs: number): number {
  let batch = 1;
  for (const point of profile.points) {
    if (p99At(profile, point.batch) <= latencyMs / 2) batch = Math.max(batch, point.batch);
  }
  return batch;
}

/**
 * Returns USD per 1,000 items, or Infinity for a profile without points. `latencyMs` is the task's default latency,
 * `slotsHeld` the slots of a running batch.
 */
export function costPer1k(profile: Profile, usdPerHour: number, slotsHeld: number, latencyMs: number): number {
  if (profile.points.length === 0) return Infinity;
  const batch = costBatch(profile, latencyMs);
  return ((1000 * usdPerHour) / msPerHour) * (p50At(profile, batch) / batch) * slotsHeld;
}
