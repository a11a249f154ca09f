// A forecast that waits for its time, and the factors of uncertainty that follow from those that were due.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { trackQuantile } from '../estimate/track-quantile.js';
import type { ForecastHorizon, ForecastParams } from './forecast-params.js';

/** Deviations by which what happens exceeds a forecast at most, with the probability of the parameters. */
export interface Uncertainty {
  readonly high: number;
  readonly envelope: number;
}

/** A forecast without its uncertainty. */
export interface Expected {
  /** Rate at the end of the span. */
  readonly mean: number;
  /** Greatest mean in the span. */
  readonly peak: number;
  /** Size of an error of a second. Above 0. */
  readonly deviation: number;
}

/** The forecast of a horizon that is checked next. */
export interface DueForecast {
  readonly uncertainty: Uncertainty;
  readonly dueAt: Milliseconds;
  readonly expected: Expected;
  /** Largest rate since the forecast. */
  readonly largest: number;
  /** Items and time of the end of the span, which is compared with the mean. */
  readonly items: number;
  readonly endMs: number;
}

/** Span whose rate is compared with a mean, or the horizon if that is shorter. */
const endSpanMs = 5_000;
/** Limits of factors, so that they return in a bounded time. */
const [leastFactor, greatestFactor] = [0.05, 1_000];

export const createDue = (
  { aheadMs }: ForecastHorizon,
  uncertainty: Uncertainty,
  expected: Expected,
  now: Milliseconds,
): DueForecast => ({
  ...{ uncertainty, dueAt: milliseconds(now + aheadMs), expected, largest: 0, items: 0, endMs: 0 },
});

/** Adds a rate that held for a time until now. */
export function observeDue(due: DueForecast, perSecond: number, spanMs: number, now: Milliseconds): DueForecast {
  const isEnd = now > due.dueAt - endSpanMs;
  if (!isEnd && perSecond <= due.largest) return due;
  return {
    ...due,
    largest: Math.max(due.largest, perSecond),
    items: due.items + (isEnd ? perSecond * spanMs : 0),
    endMs: due.endMs + (isEnd ? spanMs : 0),
  };
}

/** Returns the factors after a forecast that is due. Those of a class without any queries stay as they are. */
export function learnUncertainty(
  { uncertainty, expected, largest, items, endMs }: DueForecast,
  { probability, factorStep }: Pick<ForecastParams, 'probability' | 'factorStep'>,
): Uncertainty {
  if (endMs === 0 || (largest === 0 && expected.mean < 1e-3)) return uncertainty;
  const follow = (factor: number, rate: number, mean: number): number => {
    const next = trackQuantile(factor, (rate - mean) / expected.deviation, probability, factorStep);
    return Math.min(greatestFactor, Math.max(leastFactor, next));
  };
  return {
    high: follow(uncertainty.high, items / endMs, expected.mean),
    envelope: follow(uncertainty.envelope, largest, expected.peak),
  };
}

/** Returns the factors of a time ahead, interpolated between the horizons on the scale of the root of the time. */
export function uncertaintyAt(
  dues: readonly DueForecast[],
  horizons: readonly ForecastHorizon[],
  aheadMs: number,
): Uncertainty {
  const above = horizons.findIndex((each) => each.aheadMs >= aheadMs);
  const index = above === -1 ? horizons.length - 1 : above;
  const upper = dues[index]?.uncertainty ?? { high: 0, envelope: 0 };
  const lower = dues[index - 1]?.uncertainty;
  const [to, from] = [horizons[index]?.aheadMs ?? 0, horizons[index - 1]?.aheadMs];
  if (above === -1 || lower === undefined || from === undefined) return upper;
  const share = (Math.sqrt(aheadMs) - Math.sqrt(from)) / (Math.sqrt(to) - Math.sqrt(from));
  const between = (a: number, b: number): number => a + share * (b - a);
  return { high: between(lower.high, upper.high), envelope: between(lower.envelope, upper.envelope) };
}
