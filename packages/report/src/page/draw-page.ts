// Draws the charts of a page from the data in the page.
/*! Charts are drawn by uPlot, copyright Leon Sorokin, MIT licence: https://github.com/leeoniya/uPlot */

import type { Intervals } from '../html/series.js';
import { adaptCharts } from './adapt-charts.js';
import { findPlace, type Place } from './place.js';
import { createTimeAxis, type TimeAxis } from './time-axis.js';

/** Functions that draw charts, by the names of their places. */
export type Charts<Name extends string = string> = Readonly<Record<Name, (place: Place) => void>>;

/** Returns the data that the page was formatted with. */
export const readData = (): unknown => JSON.parse(document.querySelector('#data')?.textContent ?? '');

/** Draws each chart that the page has a place for. */
export function drawPage(intervals: Intervals, chartsOf: (x: TimeAxis) => Charts): void {
  const zoom = document.querySelector('.zoom');
  const charts = zoom === null ? {} : chartsOf(createTimeAxis(intervals, zoom));
  for (const [name, draw] of Object.entries(charts)) {
    const place = findPlace(name);
    if (place !== undefined) draw(place);
  }
  adaptCharts();
}
