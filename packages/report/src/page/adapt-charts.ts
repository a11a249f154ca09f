// Adapts the charts to the width of their places and to the colours of the style sheet, which change with the window, with
// the theme of the system and for paper.

import type uPlot from 'uplot';

const charts = new Map<uPlot, HTMLElement>();
const paper = { width: 680, height: 210 };

const isPaper = (): boolean => document.documentElement.classList.contains('paper');

/** Returns the size of a chart, whose height the style sheet states as the minimum of its place. */
export const chartSize = (place: HTMLElement): { readonly width: number; readonly height: number } =>
  isPaper() ? paper : { width: place.clientWidth, height: parseFloat(getComputedStyle(place).minHeight) };

/** Adapts a chart from now on. */
export const adaptChart = (chart: uPlot, place: HTMLElement): void => void charts.set(chart, place);

/** Returns a function that draws a chart in the place of the one that it drew before. */
export function redrawable(draw: () => uPlot): () => void {
  let chart: uPlot | undefined;
  return () => {
    if (chart !== undefined) charts.delete(chart);
    chart?.destroy();
    chart = draw();
  };
}

/** Starts to follow the changes. */
export function adaptCharts(): void {
  const draw = (): void => {
    for (const [chart, place] of charts) {
      chart.setSize({ ...chartSize(place) });
      chart.redraw(true, true);
    }
  };
  const usePaper = (use: boolean) => (): void => {
    document.documentElement.classList.toggle('paper', use);
    draw();
  };
  addEventListener('resize', draw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('beforeprint', usePaper(true));
  addEventListener('afterprint', usePaper(false));
}
