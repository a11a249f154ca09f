// The cost of 1,000 answers of a variant on a hardware class.

import type { Profile } from '@pareto/core';
import { sharedBatchLimit } from '../rows/shared-batch-limit.js';
import { p50At, p99At } from './profile-at.js';

const msPerHour = 3.6e6;

/**
 * Returns the batch that costs are quoted at: of the measured ones that queries may share, and whose p99 is at most half the
 * latency, the one with the least time per item, or 1 if there is none.
 */
export function costBatch(profile: Profile, latencyMs: number): number {
  let [cheapest, least] = [1, Infinity];
  const limit = sharedBatchLimit(profile);
  for (const { batch } of profile.points) {
    if (batch > limit) break;
    const perItem = p50At(profile, batch) / batch;
    if (perItem >= least || p99At(profile, batch) > latencyMs / 2) continue;
    [cheapest, least] = [batch, perItem];
  }
  return cheapest;
}

/** Returns the cost in USD of `items` of a batch of `batchItems`, which held a slot for `slotMs`. */
export const costOfItems = (items: number, batchItems: number, slotMs: number, usdPerHour: number): number =>
  ((slotMs * items) / batchItems / msPerHour) * usdPerHour;

/**
 * Returns USD per 1,000 items, or Infinity for a profile without points. `latencyMs` is the task's default latency,
 * `slotsHeld` the slots of a running batch.
 */
export function costPer1k(profile: Profile, usdPerHour: number, slotsHeld: number, latencyMs: number): number {
  if (profile.points.length === 0) return Infinity;
  const batch = costBatch(profile, latencyMs);
  return ((1000 * usdPerHour) / msPerHour) * (p50At(profile, batch) / batch) * slotsHeld;
}
