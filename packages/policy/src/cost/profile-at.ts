// Reading a profile between and beyond its measured batch sizes.

import type { Profile, ProfilePoint } from '@pareto/core';

/** The median latency of a batch, in ms; 0 where nothing was run. */
export const p50At = (profile: Pick<Profile, 'points'>, batch: number): number =>
  latencyAt(profile.points, batch, 'p50Ms');

/** The 99th percentile latency of a batch, in ms; 0 where nothing was run. */
export const p99At = (profile: Profile, batch: number): number => latencyAt(profile.points, batch, 'p99Ms');

/**
 * Linear between the two neighbours. Less work never takes longer, so that a size measured slower than a larger one (by
 * a disturbance) counts as the larger one does. Beyond the last point: in proportion to its time per item.
 */
function latencyAt(points: readonly ProfilePoint[], batch: number, key: 'p50Ms' | 'p99Ms'): number {
  let above = Infinity;
  let aboveBatch = 0;
  for (let i = points.length - 1; i >= 0; i--) {
    const point = points[i];
    if (point === undefined) break;
    const value = Math.min(above, point[key]);
    if (point.batch <= batch) {
      if (aboveBatch === 0) return (value * batch) / point.batch;
      return value + ((batch - point.batch) / (aboveBatch - point.batch)) * (above - value);
    }
    above = value;
    aboveBatch = point.batch;
  }
  return aboveBatch === 0 ? 0 : above;
}
