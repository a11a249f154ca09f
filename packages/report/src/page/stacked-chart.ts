// A chart of bars on top of each other, one for each interval. Hiding a series lowers those above it.

import uPlot from 'uplot';
import type { Series, Values } from '../html/series.js';
import { createChart, type YAxis } from './chart.js';
import { color } from './colors.js';
import { lineOptions, type Line } from './line-chart.js';
import type { TimeAxis } from './time-axis.js';

export interface StackedOptions {
  readonly x: TimeAxis;
  readonly y: YAxis;
  /** The lowest one comes first. */
  readonly series: readonly Series[];
  /** Lines over the bars. */
  readonly lines?: readonly Line[];
  /** Name in the legend of the sum, which has no bars. No sum is shown if omitted. */
  readonly sum?: string;
}

const bars = uPlot.paths.bars?.({ size: [1, Infinity] });

export function createStackedChart(place: HTMLElement, { x, y, series, lines = [], sum }: StackedOptions): uPlot {
  const all = stack(series, () => true);
  const total = all.drawn.at(-1) ?? [];
  const lineValues = lines.map(({ values }) => values);
  const chart = createChart(place, {
    ...{ x, y, ...all },
    series: [
      ...series.map((each) => ({
        ...each,
        options: { paths: bars, fill: color(each.color), width: 0, points: { show: false } } as uPlot.Series,
      })),
      ...lines.map((line) => ({ ...line, options: { ...lineOptions(line), points: { show: false } } })),
      ...(sum === undefined
        ? []
        : [{ name: sum, values: total, options: { class: 'sum', paths: () => null, points: { show: false } } }]),
    ],
    hasPoints: false,
    drawn: [...all.drawn, ...lineValues, ...(sum === undefined ? [] : [total])],
    hooks: {
      setSeries: [
        (chart) => {
          const { drawn, bands } = stack(series, (index) => chart.series[index + 1]?.show !== false);
          chart.delBand(null);
          for (const band of bands) chart.addBand(band);
          const top = sum === undefined ? [] : [drawn.at(-1) ?? []];
          chart.setData([[...x.values], ...[...drawn, ...lineValues, ...top].map((values) => [...values])], false);
          chart.redraw();
        },
      ],
    },
  });
  return x.add(chart);
}

/** Returns the upper edges of the bars, and the pairs of edges between which they are. */
function stack(
  series: readonly Series[],
  isShown: (index: number) => boolean,
): { readonly drawn: readonly Values[]; readonly bands: uPlot.Band[] } {
  const drawn: Values[] = [];
  const bands: uPlot.Band[] = [];
  let below: { readonly edge: number; readonly values: Values } | undefined;
  for (const [index, { values }] of series.entries()) {
    if (!isShown(index)) {
      drawn.push(values);
      continue;
    }
    const top = values.map((value, at) => (value === null ? null : value + (below?.values[at] ?? 0)));
    if (below !== undefined) bands.push({ series: [index + 1, below.edge] });
    below = { edge: index + 1, values: top };
    drawn.push(top);
  }
  return { drawn, bands };
}
