// Forecasts of the demand of each class of objectives, from the rates that routers report.

import type { Milliseconds } from '@pareto/core';
import {
  createClass,
  createSpan,
  forecastClass,
  observeClass,
  type ClassForecast,
  type Forecast,
  type ObservedRate,
} from './class-forecast.js';
import type { ForecastParams } from './forecast-params.js';

/** State carried from one turn to the next. */
export interface ForecastState {
  /** Time of the last observation. Undefined before the first one. */
  readonly at: Milliseconds | undefined;
  readonly byClass: ReadonlyMap<string, ClassForecast>;
}

export const noForecast: ForecastState = { at: undefined, byClass: new Map() };

const noRate: ObservedRate = { itemsPerSecond: 0, latestPerSecond: 0 };
const noQueries: Forecast = { mean: 0, high: 0, envelope: 0 };

/** Returns the state after an observation of the rates of all classes. Those that are missing have none. */
export function observeForecast(
  before: ForecastState,
  rates: ReadonlyMap<string, ObservedRate>,
  params: ForecastParams,
  now: Milliseconds,
): ForecastState {
  const span = createSpan(before.at ?? now, now, params);
  const byClass = new Map<string, ClassForecast>();
  for (const [key, known] of before.byClass) {
    const rate = rates.get(key) ?? noRate;
    if (rate === noRate && now - known.usedAt >= params.forgetMs) continue;
    byClass.set(key, observeClass(known, rate, span, params));
  }
  for (const [key, rate] of rates) if (!byClass.has(key)) byClass.set(key, createClass(rate, span, params));
  return { at: now, byClass: byClass.size > params.maxClasses ? largestOf(byClass, params) : byClass };
}

/** Returns the forecast of a class for a time from the last observation on. */
export function forecastOf(
  { at, byClass }: ForecastState,
  key: string,
  aheadMs: number,
  params: ForecastParams,
): Forecast {
  const known = byClass.get(key);
  return known === undefined || at === undefined ? noQueries : forecastClass(known, aheadMs, at, params);
}

const largestOf = (classes: ForecastState['byClass'], { maxClasses }: ForecastParams): ForecastState['byClass'] =>
  new Map([...classes].sort(([, a], [, b]) => b.usedAt - a.usedAt || b.level - a.level).slice(0, maxClasses));
