// Latency estimates between and beyond the measured batch sizes of a profile.

/** Latencies of a batch in ms, of a profile or of its message. */
interface Latencies {
  readonly batch: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

interface Measured {
  readonly points: readonly Latencies[];
}

type Percentile = 'p50Ms' | 'p95Ms' | 'p99Ms';

/** Returns the median latency of a batch in ms, or 0 for a profile without points. */
export const p50At = (profile: Measured, batch: number): number => latencyAt(profile.points, batch, 'p50Ms');

/** Returns the 95th percentile latency of a batch in ms, or 0 for a profile without points. */
export const p95At = (profile: Measured, batch: number): number => latencyAt(profile.points, batch, 'p95Ms');

/** Returns the 99th percentile latency of a batch in ms, or 0 for a profile without points. */
export const p99At = (profile: Measured, batch: number): number => latencyAt(profile.points, batch, 'p99Ms');

/**
 * Interpolates linearly between the two neighbours; beyond the last point, scales its time per item. Less work never
 * takes longer, so a size that was measured slower than a larger one (because of noise) counts like the larger one.
 */
function latencyAt(points: readonly Latencies[], batch: number, key: Percentile): number {
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
