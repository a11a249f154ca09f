// Estimates the differences of the metrics of two runs, and how uncertain they are.

import type { Rng } from '@pareto/core';
import { blockLength, drawBlocks, effectiveBlocks } from './blocks.js';
import type { IntervalSeries } from './interval-series.js';
import { metrics, type Metric } from './metrics.js';
import { addUp, createTotals, type Totals } from './totals.js';

export interface Estimate {
  readonly metric: Metric;
  /** Values of the runs. NaN if there were no requests. */
  readonly a: number;
  readonly b: number;
  /** Difference from a to b: of the logarithms of latencies, and of the values of other metrics. */
  readonly difference: number;
  /** Uncertainty of the difference. Undefined if the runs are too short to tell. */
  readonly uncertainty: Uncertainty | undefined;
}

interface Uncertainty {
  readonly standardError: number;
  /** Degrees of freedom of Student's t distribution, which the difference has relative to its standard error. */
  readonly degrees: number;
}

/** Limits below which runs are too short to tell. The last is of `effectiveBlocks`. */
export const minIntervals = 20;
export const minRequests = 10;
const minBlocks = 3;

/**
 * Resamples the blocks of both runs. If the runs have as many intervals, the same blocks are drawn from both, so that
 * the bursts and waves of the same arrivals cancel out.
 */
export function compareSeries(
  a: IntervalSeries,
  b: IntervalSeries,
  rng: Rng,
  resamples: number = 1000,
): readonly Estimate[] {
  const [totalsA, totalsB] = [createTotals(a, b), createTotals(a, b)];
  const [drawsA, drawsB] = [new Uint32Array(a.intervals).fill(1), new Uint32Array(b.intervals).fill(1)];
  const differences = (): readonly number[] => {
    addUp(a, drawsA, totalsA);
    addUp(b, drawsB, totalsB);
    return metrics.map((metric) => scaled(metric, totalsB) - scaled(metric, totalsA));
  };
  const observed = differences();
  const intervals = Math.min(a.intervals, b.intervals);
  const estimates = metrics.map((metric, index) => {
    const requests = Math.min(metric.countOf(totalsA), metric.countOf(totalsB));
    const blocks = Math.min(
      intervals / blockLength(intervals),
      effectiveBlocks(metric.eventsOf(a, totalsA)),
      effectiveBlocks(metric.eventsOf(b, totalsB)),
    );
    return {
      ...{ metric, a: metric.valueOf(totalsA), b: metric.valueOf(totalsB), difference: observed[index] ?? NaN, blocks },
      isTooShort: intervals < minIntervals || requests < minRequests || blocks < minBlocks,
    };
  });
  const resampled = Array.from({ length: estimates.every(({ isTooShort }) => isTooShort) ? 0 : resamples }, () => {
    drawBlocks(drawsA, rng);
    if (a.intervals === b.intervals) drawsB.set(drawsA);
    else drawBlocks(drawsB, rng);
    return differences();
  });
  return estimates.map(({ isTooShort, blocks, ...estimate }, index) => {
    if (isTooShort) return { ...estimate, uncertainty: undefined };
    const standardError = deviation(resampled.map((values) => values[index] ?? NaN)) * missedVariation(intervals);
    // Overlapping blocks give 1.5 times the degrees of freedom of separate ones: Meketon and Schmeiser 1984.
    return { ...estimate, uncertainty: { standardError, degrees: 1.5 * (blocks - 1) } };
  });
}

const scaled = (metric: Metric, totals: Totals): number =>
  metric.unit === 'ms' ? Math.log(metric.valueOf(totals)) : metric.valueOf(totals);

/** Returns the factor for resamples that vary around the mean of their run, which itself varies. */
const missedVariation = (intervals: number): number => Math.sqrt(intervals / (intervals - blockLength(intervals)));

/** Returns the standard deviation of the numbers, without those that a resample without requests gives. */
function deviation(values: readonly number[]): number {
  const numbers = values.filter(Number.isFinite);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1));
}
