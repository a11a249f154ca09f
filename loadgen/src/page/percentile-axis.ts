// The axis of percentiles: each tenth of the rest, from 90 to 99 % for example, has the same width.

import type { Chart, XAxis } from '@pareto/report/page';

const toX = (percentile: number): number => Math.log10(100 / (100 - percentile));
const fromX = (x: number): number => 100 - 100 / 10 ** x;

/** Percentiles with a tick, where there is room: the first ones have priority. */
const ticks = [0, 90, 99, 99.9, 99.99, 99.999, 99.9999, 50, 99.5, 99.95, 99.995, 95, 75, 98, 99.8];
/** Space for the text of a tick in pixels. */
const tickSpace = 48;

export function createPercentileAxis(percentiles: readonly number[]): XAxis {
  const values = percentiles.map(toX);
  const end = Math.max(1, values.at(-1) ?? 0);
  return {
    values,
    options: {
      label: 'percentile of the answers',
      splits: (chart, _, min, max) => placeTicks(chart, min, max),
      values: (_, splits) => splits.map((x) => format(fromX(x))),
    },
    range: (min, max) => [Math.max(0, min), Math.min(end, max)],
    format: (index) => format(percentiles[index] ?? NaN),
  };
}

function placeTicks(chart: Chart, min: number, max: number): number[] {
  const pixels = (chart.bbox.width || chart.width) / devicePixelRatio / (max - min);
  const placed: number[] = [];
  for (const x of ticks.map(toX)) {
    const isFree = placed.every((other) => Math.abs(other - x) * pixels >= tickSpace);
    if (x >= min && x <= max && isFree) placed.push(x);
  }
  return placed.sort((a, b) => a - b);
}

const format = (percentile: number): string => `${Number(percentile.toFixed(4))} %`;
