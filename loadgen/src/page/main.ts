// The script of the page: draws the charts from the data in the page.
/*! Charts are drawn by uPlot, copyright Leon Sorokin, MIT licence: https://github.com/leeoniya/uPlot */

import type { ChartData } from '../html/chart-data.js';
import type { ChartName } from '../html/figures.js';
import { adaptCharts } from './adapt-charts.js';
import { createLatencyChart, createPercentileChart } from './latency-charts.js';
import { createLineChart } from './line-chart.js';
import { findPlace, type Place } from './place.js';
import { createStackedChart } from './stacked-chart.js';
import { createTimeAxis, type TimeAxis } from './time-axis.js';
import { attainmentAxis, rateAxis, shareAxis } from './y-axes.js';

const data = JSON.parse(document.querySelector('#data')?.textContent ?? '') as ChartData;
const zoom = document.querySelector('.zoom');
if (zoom !== null) drawCharts(createTimeAxis(data, zoom));
adaptCharts();

function drawCharts(x: TimeAxis): void {
  const charts: Readonly<Record<ChartName, (place: Place) => void>> = {
    outcomes: ({ plot }) => createStackedChart(plot, { x, y: rateAxis, series: data.outcomes, sum: 'sent' }),
    attainment: ({ plot }) => x.add(createLineChart(plot, { x, y: attainmentAxis, lines: data.attainment })),
    latency: (place) => createLatencyChart(place, data, x),
    variants: ({ plot }) => createStackedChart(plot, { x, y: shareAxis, series: data.variants }),
    percentiles: (place) => createPercentileChart(place, data),
    failures: ({ plot }) => createStackedChart(plot, { x, y: rateAxis, series: data.failures }),
  };
  for (const [name, draw] of Object.entries(charts)) {
    const place = findPlace(name as ChartName);
    if (place !== undefined) draw(place);
  }
}
