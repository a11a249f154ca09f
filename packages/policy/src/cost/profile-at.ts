// Reading a profile between and beyond its measured batch sizes.

import type { Profile, ProfilePoint } from '@pareto/core';

/** The median latency of a batch, in ms. A profile has at least one point. */
export const p50At = (profile: Profile, batch: number): number => latencyAt(profile.points, batch, 'p50Ms');

/** The 99th percentile latency of a batch, in ms. */
export const p99At = (profile: Profile, batch: number): number => latencyAt(profile.points, batch, 'p99Ms');

export const profileAt = (profile: Profile, batch: number): { readonly p50Ms: number; readonly p99Ms: number } => ({
  p50Ms: p50At(profile, batch),
  p99Ms: p99At(profile, batch),
});

/**
 * Linear between the two neighbours. Below the first point: the first point (less work never takes longer).
 * Beyond the last: in proportion to its time per item (no gain is assumed that was not seen).
 */
function latencyAt(points: readonly ProfilePoint[], batch: number, key: 'p50Ms' | 'p99Ms'): number {
  let below: ProfilePoint | undefined;
  for (const point of points) {
    if (point.batch >= batch) {
      if (below === undefined) return point[key];
      const share = (batch - below.batch) / (point.batch - below.batch);
      return below[key] + share * (point[key] - below[key]);
    }
    below = point;
  }
  return below === undefined ? Number.NaN : (below[key] * batch) / below.batch;
}
