// Compares two runs of load: which metrics differ by more than chance explains.

import type { Rng } from '@pareto/core';
import { latencyStep } from '../tally/latency-tally.js';
import type { ClassReport, LoadReport } from '../tally/load-report.js';
import { compareSeries, type Estimate } from './compare-series.js';
import { adjustHolm } from './holm.js';
import { createSeries, type IntervalSeries } from './interval-series.js';
import type { Metric } from './metrics.js';
import { quantile95, twoSidedP } from './student-t.js';

export type ComparisonResult = 'better' | 'worse' | 'not significant' | 'too short to tell';

export interface ComparedMetric {
  /** Name of the class of queries. Null for all queries together. */
  readonly query: string | null;
  readonly metric: string;
  readonly unit: Metric['unit'];
  /** Values of the runs. Null if there were no requests. */
  readonly a: number | null;
  readonly b: number | null;
  /** Difference from a to b, also as a share of a. */
  readonly difference: number | null;
  readonly relative: number | null;
  /** Confidence interval of the difference at 95 %. Null if the runs are too short to tell. */
  readonly interval95: readonly [lower: number, upper: number] | null;
  /** Probability that runs without a real difference differ as much in any metric. */
  readonly p: number | null;
  /** Whether b is better or worse than a. */
  readonly result: ComparisonResult;
}

/** Probability below which a difference is significant. */
const significance = 0.05;

/** The parts of a run that are compared. */
export type ComparableRun = Pick<LoadReport, 'intervals' | 'intervalMs' | 'durationMs'> & {
  readonly classes: readonly Pick<ClassReport, 'name'>[];
};

type QueryEstimate = Estimate & Pick<ComparedMetric, 'query'>;

/** Returns the metrics of all queries, and of each class with the same name in both runs if there are several. */
export function compareRuns(
  a: ComparableRun,
  b: ComparableRun,
  rng: Rng,
  resamples?: number,
): readonly ComparedMetric[] {
  const compare = (query: string | null): readonly QueryEstimate[] => {
    const series = (run: ComparableRun): IntervalSeries =>
      createSeries(run, (index) => query === null || run.classes[index]?.name === query);
    return compareSeries(series(a), series(b), rng, resamples).map((estimate) => ({ query, ...estimate }));
  };
  const shared = a.classes.map(({ name }) => name).filter((name) => b.classes.some((other) => other.name === name));
  const isSplit = a.classes.length > 1 || b.classes.length > 1;
  const estimates = [null, ...(isSplit ? shared : [])].flatMap(compare);
  const tested = estimates.filter(mayDiffer);
  const probabilities = adjustHolm(tested.map(probabilityOf));
  return estimates.map((estimate) => describe(estimate, probabilities[tested.indexOf(estimate)] ?? 1));
}

/**
 * Returns false for values that are equal in all intervals, such as shares of failures without failures. Their
 * probability is 1, whatever their number, so that they need no adjustment. Source: Tarone 1990.
 */
const mayDiffer = ({ difference, uncertainty }: Estimate): boolean =>
  uncertainty !== undefined && (difference !== 0 || uncertainty.standardError > 0);

/** Returns the probability of such a difference by chance. One step of the counted latencies is always chance. */
function probabilityOf({ metric, difference, uncertainty }: Estimate): number {
  const resolution = metric.unit === 'ms' ? 1.001 * latencyStep : 0;
  if (uncertainty === undefined || Math.abs(difference) <= resolution) return 1;
  return twoSidedP(difference / uncertainty.standardError, uncertainty.degrees);
}

function describe(estimate: QueryEstimate, adjusted: number): ComparedMetric {
  const { query, metric, a, b, difference, uncertainty } = estimate;
  const p = uncertainty === undefined ? null : adjusted;
  const reach = uncertainty === undefined ? NaN : quantile95(uncertainty.degrees) * uncertainty.standardError;
  const unscaled = (value: number): number => (metric.unit === 'ms' ? a * Math.expm1(value) : value);
  return {
    ...{ query, metric: metric.name, unit: metric.unit },
    ...{ a: orNull(a), b: orNull(b), difference: orNull(b - a), relative: orNull(b / a - 1) },
    interval95: p === null ? null : [unscaled(difference - reach), unscaled(difference + reach)],
    p,
    result: resultOf(metric, difference, p),
  };
}

function resultOf({ better }: Metric, difference: number, p: number | null): ComparisonResult {
  if (p === null) return 'too short to tell';
  if (p >= significance) return 'not significant';
  return difference < 0 === (better === 'lower') ? 'better' : 'worse';
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
