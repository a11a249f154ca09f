// The vertical axes.

import uPlot from 'uplot';
import { formatDigits, formatMs } from '../html/number-formats.js';
import type { YAxis } from './chart.js';

/** Returns the axis of an amount, from 0. */
export const amountAxis = (label: string, format: (value: number) => string = formatDigits): YAxis => ({
  label,
  range: (_, max) => [0, max > 0 ? max * 1.08 : 1],
  format,
});

/** Returns the axis of the parts of a whole. */
export const shareAxis = (label: string): YAxis => ({
  label,
  range: () => [0, 100],
  format: (value) => `${round(value)} %`,
});

/** Returns an axis that begins just below the values, and at 90 % at most. */
export const attainmentAxis = (label: string): YAxis => ({
  label,
  range: (min) => {
    const from = Math.max(0, Math.min(90, Math.floor((min - 1) / 10) * 10));
    return [from, 100 + (100 - from) * 0.03];
  },
  format: (value) => `${round(value)} %`,
});

/** Returns an axis of percentages around the values. */
export const percentAxis = (label: string): YAxis => ({
  label,
  range: (min, max) => [Math.max(0, Math.floor((min - 1) / 5) * 5), Math.min(100, Math.ceil((max + 1) / 5) * 5)],
  format: (value) => `${round(value)} %`,
});

/** Returns an axis that has room for objectives too, unless they would flatten the values on a linear scale. */
export function latencyAxis(isLog: boolean, objectives: readonly number[]): YAxis {
  return {
    label: 'latency',
    isLog,
    range: (min, max) => {
      if (!isLog) return [0, 1.08 * Math.max(max, ...objectives.filter((objective) => objective <= 2 * max))];
      const [from, to] = uPlot.rangeLog(Math.min(min, ...objectives), Math.max(max, ...objectives), 10, false);
      return [from ?? min, to ?? max];
    },
    format: formatMs,
  };
}

const round = (percent: number): number => Number(percent.toFixed(2));
