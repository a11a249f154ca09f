// The script of the page: draws the charts from the data in the page.

import {
  amountAxis,
  attainmentAxis,
  createLineChart,
  createStackedChart,
  drawPage,
  readData,
  shareAxis,
  type Charts,
} from '@pareto/report/page';
import type { ChartData } from '../html/chart-data.js';
import type { ChartName } from '../html/figures.js';
import { createLatencyChart, createPercentileChart } from './latency-charts.js';

const rate = amountAxis('requests per second');
const attainment = attainmentAxis('% of requests');
const share = shareAxis('% of answers');

const data = readData() as ChartData;
drawPage(data, (x): Charts<ChartName> => ({
  outcomes: ({ plot }) => createStackedChart(plot, { x, y: rate, series: data.outcomes, sum: 'sent' }),
  attainment: ({ plot }) => x.add(createLineChart(plot, { x, y: attainment, lines: data.attainment })),
  latency: (place) => createLatencyChart(place, data, x),
  variants: ({ plot }) => createStackedChart(plot, { x, y: share, series: data.variants }),
  percentiles: (place) => createPercentileChart(place, data),
  failures: ({ plot }) => createStackedChart(plot, { x, y: rate, series: data.failures }),
}));
