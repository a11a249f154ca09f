// The time axis, which its charts share: they zoom together.

import type uPlot from 'uplot';
import { formatTime } from '../html/number-formats.js';
import type { Intervals } from '../html/series.js';
import type { XAxis } from './chart.js';

export interface TimeAxis extends XAxis {
  /** Adds a chart to those that are zoomed together, and zooms it in like them. Returns the chart. */
  add(chart: uPlot): uPlot;
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

/** Creates the axis. The place has a paragraph, which the zoomed range and a button replace while charts are zoomed in. */
export function createTimeAxis({ intervalS, intervals }: Intervals, place: Element): TimeAxis {
  const end = intervals * intervalS;
  const charts = new Set<uPlot>();
  let zoomed: readonly [from: number, to: number] = [0, end];
  /** Extends a range to whole intervals. Rounding errors do not count. */
  const wholeIntervals = (from: number, to: number): readonly [from: number, to: number] => [
    Math.max(0, Math.floor(from / intervalS + 1e-6) * intervalS),
    Math.min(end, Math.ceil(to / intervalS - 1e-6) * intervalS),
  ];
  const hint = place.querySelector('p') ?? document.createElement('p');
  const text = document.createElement('p');
  const button = document.createElement('button');
  button.textContent = 'Show the whole run';
  const zoom = (min: number, max: number): void => {
    for (const chart of charts) chart.setScale('x', { min, max });
  };
  button.addEventListener('click', () => zoom(0, end));
  const onZoom = (from: number, to: number): void => {
    zoomed = [from, to];
    const isWhole = from === 0 && to === end;
    text.textContent = `Shown: ${formatTime(from)} to ${formatTime(to)}.`;
    for (const part of [hint, text, button]) part.remove();
    place.append(...(isWhole ? [hint] : [text, button]));
  };
  return {
    syncKey: 'time',
    values: Array.from({ length: intervals }, (_, index) => (index + 0.5) * intervalS),
    options: {
      label: 'time from the start',
      incrs: steps.filter((step) => step >= intervalS),
      values: (_, splits) => splits.map(formatTime),
    },
    range: wholeIntervals,
    zoom,
    format: (index) => `${formatTime(index * intervalS)}–${formatTime((index + 1) * intervalS)}`,
    add(chart) {
      charts.add(chart);
      chart.setScale('x', { min: zoomed[0], max: zoomed[1] });
      (chart.hooks.destroy ??= []).push(() => charts.delete(chart));
      (chart.hooks.setScale ??= []).push((_, key) => {
        const { min, max } = chart.scales['x'] ?? {};
        if (key === 'x' && min !== undefined && max !== undefined) onZoom(min, max);
      });
      return chart;
    },
  };
}
