// Adapts the charts to the width of their places and to the colours of the style sheet, which change with the window, with
// the theme of the system and for paper.

import type uPlot from 'uplot';

const charts = new Map<uPlot, HTMLElement>();
const height = 270;
const paper = { width: 680, height: 210 };

const isPaper = (): boolean => document.documentElement.classList.contains('paper');

export const chartSize = (place: HTMLElement): { readonly width: number; readonly height: number } =>
  isPaper() ? paper : { width: place.clientWidth, height };

/** Adapts a chart from now on. */
export const adaptChart = (chart: uPlot, place: HTMLElement): void => void charts.set(chart, place);

export function removeChart(chart: uPlot): void {
  charts.delete(chart);
  chart.destroy();
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
