// A histogram of latencies.

import { createHistogram } from 'node:perf_hooks';

export interface LatencySummary {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** A point of a percentile curve. */
export type LatencyPercentile = readonly [percentile: number, ms: number];

export interface LatencyHistogram {
  record(ms: number): void;
  /** Returns zeros if nothing was recorded. */
  summary(): LatencySummary;
  /** Returns the curve up to the maximum, with five points for each halving of the rest. Empty if nothing was recorded. */
  percentiles(): readonly LatencyPercentile[];
}

/** Creates a histogram of latencies up to an hour, in microseconds with three significant digits. */
export function createLatencyHistogram(): LatencyHistogram {
  const histogram = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  // Node rounds the number of values that a percentile includes. The least number that suffices is meant.
  const at = (percentile: number): number => {
    const { count } = histogram;
    const included = Math.max(1, Math.ceil((percentile * count) / 100));
    return count === 0 ? 0 : histogram.percentile((100 * included) / count) / 1000;
  };
  return {
    record: (ms) => histogram.record(Math.max(1, Math.round(ms * 1000))),
    summary: () => ({
      mean: histogram.count === 0 ? 0 : histogram.mean / 1000,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: histogram.max / 1000,
    }),
    percentiles: () => curvePercentiles(histogram.count).map((percentile) => [percentile, at(percentile)]),
  };
}

function curvePercentiles(count: number): readonly number[] {
  if (count === 0) return [];
  const points = Math.ceil(Math.log2(count)) * 5;
  const below = Array.from({ length: points + 1 }, (_, index) => 100 * (1 - 2 ** (-index / 5)));
  return [...below, 100];
}
