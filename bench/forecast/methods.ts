// The methods that forecasts are compared with, and ours.

import { milliseconds } from '@pareto/core';
import {
  countedRate,
  defaultDemandParams,
  forecastOf,
  noDemand,
  noForecast,
  observeForecast,
  observeRates,
  type Forecast,
  type ForecastParams,
  type ObservedRate,
} from '@pareto/policy';

/** A method that observes the classes of a series second by second. Classes are numbers. */
export interface Method {
  /** Observes the second that ends at `now`, of those that have data. */
  readonly observe: (rates: readonly ObservedRate[], nowSecond: number) => void;
  /** Returns the forecast from the last observation. Undefined if the method has none. */
  readonly forecast: (index: number, aheadSeconds: number) => Forecast | undefined;
}

const daySeconds = 86_400;
const slotSeconds = 300;

/** Expects the rate of the last 5 s. Its envelope is the largest rate in as many seconds before as are ahead. */
export function lastValue(classes: readonly Float32Array[]): Method {
  let [observed, now]: [readonly ObservedRate[], number] = [[], 0];
  return {
    observe(rates, nowSecond) {
      [observed, now] = [rates, nowSecond];
    },
    forecast(index, aheadSeconds) {
      const mean = observed[index]?.itemsPerSecond ?? 0;
      const envelope = largestIn(classes[index], now - aheadSeconds, now) ?? mean;
      return { mean, high: mean, envelope };
    },
  };
}

/** Expects the rate of the five minutes around the same time on the day before. Its envelope is that of the same span. */
export function sameTimeYesterday(classes: readonly Float32Array[]): Method {
  let now = 0;
  return {
    observe(_, nowSecond) {
      now = nowSecond;
    },
    forecast(index, aheadSeconds) {
      const counts = classes[index];
      const end = now + aheadSeconds - daySeconds;
      const slot = Math.floor(end / slotSeconds) * slotSeconds;
      const envelope = largestIn(counts, end - aheadSeconds, end);
      if (counts === undefined || slot < 0 || envelope === undefined) return undefined;
      const mean = meanOf(counts, slot, slot + slotSeconds);
      return { mean, high: mean, envelope };
    },
  };
}

/** Expects the rate that planning counts now: it rises immediately, and falls after the hold-down. */
export function steadyRates(): Method {
  let steady = noDemand;
  return {
    observe(rates, nowSecond) {
      const counted = rates.map((rate, index) => [String(index), countedRate(rate, defaultDemandParams)] as const);
      const measured = new Map(counted.filter(([, rate]) => rate > 0));
      steady = observeRates(steady, measured, defaultDemandParams, milliseconds(1_000 * nowSecond), () => false);
    },
    forecast(index) {
      const rate = steady.rates.get(String(index)) ?? 0;
      return { mean: rate, high: rate, envelope: rate };
    },
  };
}

export function ours(params: ForecastParams): Method {
  let state = noForecast;
  return {
    observe(rates, nowSecond) {
      const byKey = new Map(rates.map((rate, index) => [String(index), rate]));
      state = observeForecast(state, byKey, params, milliseconds(1_000 * nowSecond));
    },
    forecast: (index, aheadSeconds) => forecastOf(state, String(index), 1_000 * aheadSeconds, params),
  };
}

/** Returns the mean of the seconds that have data. */
export function meanOf(counts: Float32Array, from: number, to: number): number {
  let [sum, known] = [0, 0];
  for (let second = from; second < to; second += 1) {
    const count = counts[second] ?? NaN;
    if (Number.isNaN(count)) continue;
    sum += count;
    known += 1;
  }
  return known === 0 ? 0 : sum / known;
}

/** Returns the largest count from a second to another one. Undefined if a second has no data. */
export function largestIn(counts: Float32Array | undefined, from: number, to: number): number | undefined {
  if (counts === undefined || from < 0 || to > counts.length) return undefined;
  let largest = 0;
  for (let second = from; second < to; second += 1) {
    const count = counts[second] ?? NaN;
    if (Number.isNaN(count)) return undefined;
    if (count > largest) largest = count;
  }
  return largest;
}
