// What the charts of the page show, computed from the report. It is small: a few numbers for each interval.

import {
  classColor,
  otherColor,
  outcomeColors,
  roundForChart as round,
  variantColor,
  type Intervals,
  type Series,
  type Values,
} from '@pareto/report';
import { addCounts, quantileMs, type LatencyCount } from '../tally/latency-tally.js';
import type { ClassReport, IntervalReport, LoadReport } from '../tally/load-report.js';

export interface LatencySeries {
  readonly name: string;
  readonly color: string;
  /** Null for several classes together. */
  readonly objectiveMs: number | null;
  readonly p50: Values;
  readonly p99: Values;
  readonly max: Values;
}

/** A percentile curve. */
interface Curve extends Series {
  readonly objectiveMs: number;
}

export interface ChartData extends Intervals {
  /** Requests per second, by outcome. */
  readonly outcomes: readonly Series[];
  /** Requests per second that were rejected or failed, by status. */
  readonly failures: readonly Series[];
  /** Percent of the requests of each class that were answered within its objective. */
  readonly attainment: readonly Series[];
  /** Latencies of answers in ms, by class. */
  readonly latencies: readonly LatencySeries[];
  /** Latencies of the answers of all classes. */
  readonly allLatencies: LatencySeries;
  /** Percentiles (0 to 100) at which the curves of the classes have their values. */
  readonly percentiles: readonly number[];
  readonly curves: readonly Curve[];
  /** Percent of the answers, by variant. */
  readonly variants: readonly Series[];
}

/** Limit of the variants that have a colour. The others are added up. */
const maxVariants = 9;

export function chartData(report: LoadReport): ChartData {
  const { classes, intervals } = report;
  return {
    intervalS: report.intervalMs / 1000,
    intervals: intervals.length,
    outcomes: outcomeSeries(report),
    failures: failureSeries(report),
    attainment: classes.map(({ name }, index) => ({
      ...{ name, color: classColor(index) },
      values: intervals.map((interval) => {
        const { onTime = 0, sent = 0 } = interval.classes[index] ?? {};
        return sent === 0 ? null : round((100 * onTime) / sent);
      }),
    })),
    latencies: classes.map(({ name, objectiveMs }, index) => ({
      ...{ name, objectiveMs, color: classColor(index) },
      ...latencyValues(intervals, ({ classes: counts }) => counts[index]?.latencies ?? []),
    })),
    allLatencies: {
      ...{ name: 'all classes', objectiveMs: null, color: '--ink' },
      ...latencyValues(intervals, (interval) => addCounts(interval.classes.map(({ latencies }) => latencies))),
    },
    ...curvesOf(classes),
    variants: variantSeries(report),
  };
}

function outcomeSeries({ intervals, intervalMs, durationMs }: LoadReport): readonly Series[] {
  const of = (name: string, color: string, count: (interval: IntervalReport) => number): Series => ({
    ...{ name, color },
    values: intervals.map((interval) => perSecond(count(interval), interval, intervalMs, durationMs)),
  });
  const sum = (interval: IntervalReport, field: 'sent' | 'answered' | 'onTime' | 'rejected'): number =>
    interval.classes.reduce((total, counts) => total + counts[field], 0);
  return [
    of('within objective', outcomeColors.onTime, (interval) => sum(interval, 'onTime')),
    of('late', outcomeColors.late, (interval) => sum(interval, 'answered') - sum(interval, 'onTime')),
    of('rejected', outcomeColors.rejected, (interval) => sum(interval, 'rejected')),
    of(
      'failed',
      outcomeColors.failed,
      (interval) => sum(interval, 'sent') - sum(interval, 'answered') - sum(interval, 'rejected'),
    ),
  ];
}

function failureSeries({ statuses, intervals, intervalMs, durationMs }: LoadReport): readonly Series[] {
  const codes = byCount(statuses).filter((code) => code !== 'ok');
  const others = codes.filter((code) => code !== 'resource-exhausted');
  return codes.map((name) => ({
    name,
    color: name === 'resource-exhausted' ? outcomeColors.rejected : failureColor(others.indexOf(name)),
    values: intervals.map((interval) => perSecond(interval.statuses[name] ?? 0, interval, intervalMs, durationMs)),
  }));
}

/** The most frequent status has the colour of failures. */
const failureColor = (index: number): string => (index === 0 ? outcomeColors.failed : variantColor(index - 1));

/** Returns the share of each variant. The most frequent ones come first; those beyond the limit are added up. */
function variantSeries({ variants, intervals }: LoadReport): readonly Series[] {
  const names = byCount(Object.fromEntries(Object.entries(variants).map(([name, { answers }]) => [name, answers])));
  const shown = names.length > maxVariants ? names.slice(0, maxVariants - 1) : names;
  const rest = names.slice(shown.length);
  const share = (names: readonly string[]): Values =>
    intervals.map((interval) => {
      const total = Object.values(interval.variants).reduce((sum, count) => sum + count, 0);
      const count = names.reduce((sum, name) => sum + (interval.variants[name] ?? 0), 0);
      return total === 0 ? null : round((100 * count) / total);
    });
  const series = shown.map((name, index) => ({ name, color: variantColor(index), values: share([name]) }));
  if (rest.length === 0) return series;
  return [...series, { name: `${rest.length} others`, color: otherColor, values: share(rest) }];
}

function latencyValues(
  intervals: readonly IntervalReport[],
  latenciesOf: (interval: IntervalReport) => readonly LatencyCount[],
): Pick<LatencySeries, 'p50' | 'p99' | 'max'> {
  const counts = intervals.map(latenciesOf);
  const at = (quantile: number): Values =>
    counts.map((each) => (each.length === 0 ? null : round(quantileMs(each, quantile))));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Returns the curves without the percentile 100, which has no place on a logarithmic axis. */
function curvesOf(classes: readonly ClassReport[]): Pick<ChartData, 'percentiles' | 'curves'> {
  const maps = classes.map(({ percentiles }) => new Map(percentiles.filter(([percentile]) => percentile < 100)));
  const percentiles = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort((a, b) => a - b);
  return {
    percentiles,
    curves: classes.map(({ name, objectiveMs }, index) => ({
      ...{ name, objectiveMs, color: classColor(index) },
      values: percentiles.map((percentile) => maps[index]?.get(percentile) ?? null),
    })),
  };
}

/** Returns a rate. The last interval may be shorter than the others, but a moment says nothing about a rate. */
function perSecond(count: number, { startMs }: IntervalReport, intervalMs: number, durationMs: number): number {
  const lengthMs = Math.max(intervalMs / 4, Math.min(intervalMs, durationMs - startMs));
  return round((count * 1000) / lengthMs);
}

const byCount = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
