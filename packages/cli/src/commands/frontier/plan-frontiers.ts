// Computes the frontier of a task on each hardware class: the points on it, and the charts.

import { metricFormOf, valueAt, type MeasuredBy } from '@pareto/core';
import { paretoFront } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import { formatAccuracy } from '../../terminal/format.js';
import type { Chart, Mark } from './chart.js';
import { frontierPoints, type ClassPoints, type FrontierPoint } from './frontier-points.js';

/** A point on the latency front, the cost front or both, with its label in the charts. */
export interface FrontPoint extends FrontierPoint {
  readonly key: string;
  readonly isFastest: boolean;
  readonly isCheapest: boolean;
}

export interface ClassFrontier extends ClassPoints {
  readonly batch: number;
  /** Points by ascending accuracy. Each is faster or cheaper than all others that equal it in accuracy or are better. */
  readonly front: readonly FrontPoint[];
  /** Accuracy against latency, and against cost if the hardware class has a price. */
  readonly charts: readonly Chart[];
}

export const planFrontiers = (
  description: Pick<wire.DescribeResponse, 'task' | 'variants'>,
  batch: number | undefined,
): readonly ClassFrontier[] =>
  frontierPoints(description, batch)
    .filter(({ points }) => points.length > 0)
    .map((found) => planFrontier(found, batch ?? 1));

function planFrontier(found: ClassPoints, batch: number): ClassFrontier {
  const usable = found.points.filter(({ state }) => state.standing === 'usable');
  const fastest = new Set(frontOf(usable, latency));
  const cheapest = new Set(frontOf(usable, cost));
  const front = usable
    .filter((point) => fastest.has(point) || cheapest.has(point))
    .toSorted((a, b) => a.accuracy.value - b.accuracy.value || a.p99Ms - b.p99Ms)
    .map((point, i): FrontPoint => {
      return { ...point, key: String(i + 1), isFastest: fastest.has(point), isCheapest: cheapest.has(point) };
    });
  const keys = new Map(front.map(({ name, key }) => [name, key]));
  const marks = (drawn: ReadonlySet<FrontierPoint>, xOf: Coordinate): readonly Mark[] =>
    found.points.flatMap((point) => markOf(point, keys.get(point.name), drawn.has(point), xOf(point)) ?? []);
  const axis = yAxisOf(found.points[0]?.accuracy);
  const charts = [latencyChart(marks(fastest, latency), axis, batch), costChart(marks(cheapest, cost), axis)];
  return { ...found, batch, front, charts: charts.filter((chart) => chart.marks.length > 0) };
}

type Coordinate = (point: FrontierPoint) => number | undefined;
const latency: Coordinate = ({ p99Ms }) => p99Ms;
const cost: Coordinate = ({ costPer1k }) => costPer1k;

/**
 * Returns the points that no other point beats in both accuracy and `xOf`. Accuracies are compared by rank, so that of
 * equal ones only the best in `xOf` are on the front; by their estimates if a point has no rank.
 */
function frontOf(points: readonly FrontierPoint[], xOf: Coordinate): readonly FrontierPoint[] {
  const areRanked = points.every(({ accuracyRank }) => accuracyRank > 0);
  const withCoordinate = points.flatMap((point) => {
    const x = xOf(point);
    return x === undefined ? [] : [{ point, accuracy: areRanked ? -point.accuracyRank : point.accuracy.value, x }];
  });
  return paretoFront(withCoordinate).map(({ point }) => point);
}

function markOf(
  { name, accuracy, state }: FrontierPoint,
  key: string | undefined,
  isOnFront: boolean,
  x: number | undefined,
): Mark | undefined {
  if (x === undefined || x <= 0) return undefined;
  const kind = isOnFront ? 'front' : state.standing === 'usable' ? 'other' : 'aside';
  const { better } = metricFormOf(accuracy);
  const [y = 0, low = 0, high = 0] = [accuracy.value, accuracy.lower95, accuracy.upper95].map((at) =>
    better === 'higher' ? valueAt(accuracy, at) : -valueAt(accuracy, at),
  );
  // An axis cannot show an interval that is infinite because of answers that are not finite.
  return { key, name, kind, x, y, low: Number.isFinite(low) ? low : y, high, accuracy: formatAccuracy(accuracy) };
}

type YAxis = Pick<Chart, 'yLabel' | 'formatY'>;

function yAxisOf(by: MeasuredBy = { metric: '' }): YAxis {
  const { better, unit } = metricFormOf(by);
  const digits = (value: number, step: number): string =>
    value.toFixed(Math.min(100, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))));
  if (unit === 'share') {
    return { yLabel: 'accuracy', formatY: (value, step) => `${digits(value * 100, Math.max(1e-4, step * 100))} %` };
  }
  return { yLabel: by.metric, formatY: (value, step) => digits(better === 'higher' ? value : -value, step) };
}

/** Formats a number with three significant digits, without trailing zeros and without an exponent. */
const plain = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: false });

const latencyChart = (marks: readonly Mark[], axis: YAxis, batch: number): Chart => ({
  ...axis,
  title: `${axis.yLabel} against latency`,
  xLabel: `p99 of a batch of ${batch}, ms`,
  formatX: plain,
  marks,
});

const costChart = (marks: readonly Mark[], axis: YAxis): Chart => ({
  ...axis,
  title: `${axis.yLabel} against cost`,
  xLabel: 'USD per million answers',
  formatX: (costPer1k) => plain(costPer1k * 1000),
  marks,
});
