// A chart on a page: its axes, and its legend with the values under the pointer.

import uPlot from 'uplot';
import type { Values } from '../html/series.js';
import { adaptChart, chartSize } from './adapt-charts.js';
import { color } from './colors.js';
import { addKeys } from './keys.js';

/** A drawn chart. */
export type Chart = uPlot;

/** Returns the range of an axis that shows values in a range. */
type AxisRange = (min: number, max: number) => readonly [min: number, max: number];

export interface XAxis {
  readonly values: readonly number[];
  readonly options: Pick<uPlot.Axis, 'label' | 'splits' | 'incrs' | 'values'>;
  readonly range: AxisRange;
  /** Returns the text in the legend for the value with an index. */
  readonly format: (index: number) => string;
  /** Charts with the same key zoom and move their pointers together. */
  readonly syncKey?: string;
  /** Zooms the charts that zoom together. Undefined if the chart does so alone. */
  readonly zoom?: (min: number, max: number) => void;
}

export interface YAxis {
  readonly label: string;
  readonly isLog?: boolean;
  readonly range: AxisRange;
  readonly format: (value: number) => string;
}

interface ChartSeries {
  readonly name: string;
  /** Name of a variable of the style sheet. Undefined for a series that is not drawn. */
  readonly color?: string;
  /** Values in the legend. */
  readonly values: Values;
  readonly options: Omit<uPlot.Series, 'label' | 'value'>;
}

export interface ChartOptions {
  readonly x: XAxis;
  readonly y: YAxis;
  readonly series: readonly ChartSeries[];
  /** Values that are drawn. Those of the series if omitted. */
  readonly drawn?: readonly Values[];
  readonly bands?: uPlot.Band[];
  /** Marks the values at the pointer. */
  readonly hasPoints: boolean;
  readonly hooks?: uPlot.Hooks.Arrays;
}

/** Width of the texts to the right of charts of latencies. All charts have it, so that their axes agree. */
const labelSpace = 56;
const font = '12px system-ui, sans-serif';

export function createChart(
  place: HTMLElement,
  { x, y, series, bands = [], hooks = {}, hasPoints, ...options }: ChartOptions,
): uPlot {
  const valueAt = (values: Values, index: number | null): string => {
    if (index === null) return '';
    const value = values[index] ?? null;
    return value === null ? '–' : y.format(value);
  };
  const chart = new uPlot(
    {
      ...{ ...chartSize(place), bands, hooks },
      padding: [8, labelSpace, 0, 0],
      scales: {
        x: { time: false, range: rangeOf(x.range) },
        y: { distr: y.isLog === true ? 3 : 1, range: rangeOf(y.range) },
      },
      axes: [
        { ...axisStyle, ...x.options, size: 34, labelSize: 22, space: 64 },
        {
          ...axisStyle,
          label: y.label,
          size: 64,
          labelSize: 24,
          values: (_, splits: readonly (number | null)[]) => splits.map((at) => (at === null ? '' : y.format(at))),
        },
      ],
      series: [
        { label: '', value: (_, __, ___, index) => (index === null ? '' : x.format(index)) },
        ...series.map((each) => ({
          ...(each.color !== undefined && { stroke: color(each.color) }),
          ...each.options,
          label: each.name,
          value: (_: uPlot, __: number, ___: number, index: number | null) => valueAt(each.values, index),
        })),
      ],
      legend: { markers: { width: 0, fill: (_, index) => marker(series[index - 1]) } },
      cursor: {
        y: false,
        points: { show: hasPoints },
        drag: { x: true, y: false },
        ...(x.syncKey !== undefined && { sync: { key: x.syncKey, setSeries: false, scales: ['x', null] } }),
      },
    },
    [[...x.values], ...(options.drawn ?? series.map(({ values }) => values)).map((values) => [...values])],
    place,
  );
  adaptChart(chart, place);
  addKeys(chart, x.values, x.zoom);
  return chart;
}

/** Adapts a range to the library, whose bounds are null without values in spite of their types. */
const rangeOf =
  (range: AxisRange) =>
  (_: uPlot, min: number | null, max: number | null): [min: number, max: number] =>
    min === null || max === null ? [1, 100] : [...range(min, max)];

const axisStyle: uPlot.Axis = {
  ...{ font, labelFont: font, stroke: color('--muted') },
  grid: { stroke: color('--grid'), width: 1 },
  ticks: { stroke: color('--grid'), width: 1, size: 6 },
};

/** Returns the background of the square in the legend. */
function marker(series: ChartSeries | undefined): string {
  if (series?.color === undefined) return '';
  const { dash, alpha = 1 } = series.options;
  const fill = `color-mix(in srgb, var(${series.color}) ${100 * alpha}%, transparent)`;
  return dash === undefined ? fill : `repeating-linear-gradient(90deg, ${fill} 0 2px, transparent 2px 4px)`;
}
