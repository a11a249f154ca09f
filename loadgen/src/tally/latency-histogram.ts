// A histogram of latencies.

import { build } from 'hdr-histogram-js';

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
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    record: (ms) => histogram.recordValue(Math.max(1, Math.round(ms * 1000))),
    summary: () => ({
      mean: histogram.totalCount === 0 ? 0 : histogram.mean / 1000,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: histogram.maxValue / 1000,
    }),
    percentiles: () => curvePercentiles(histogram.totalCount).map((percentile) => [percentile, at(percentile)]),
  };
}

function curvePercentiles(count: number): readonly number[] {
  if (count === 0) return [];
  const points = Math.ceil(Math.log2(count)) * 5;
  const below = Array.from({ length: points + 1 }, (_, index) => 100 * (1 - 2 ** (-index / 5)));
  return [...below, 100];
}
