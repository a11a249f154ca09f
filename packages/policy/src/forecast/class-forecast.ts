// The forecast of one class: its level, deviation and season, and its uncertainty at each horizon.

import { exactExp, type Milliseconds } from '@pareto/core';
import {
  createDue,
  learnUncertainty,
  observeDue,
  uncertaintyAt,
  type DueForecast,
  type Expected,
} from './due-forecast.js';
import type { ForecastParams } from './forecast-params.js';
import { createSeason, observeSeason, seasonRatio, type Season } from './season.js';

/** The rates of a class that routers report. */
export interface ObservedRate {
  /** Mean of the last seconds. */
  readonly itemsPerSecond: number;
  /** Rate of the latest second. */
  readonly latestPerSecond: number;
}

/** A forecast of a class, in items per second. */
export interface Forecast {
  /** Expected rate at the end of the span. */
  readonly mean: number;
  /** Upper quantile of this rate. At least the observed one. */
  readonly high: number;
  /** Largest rate of a second that is expected within the span. At least `high`, and the rate of the latest second. */
  readonly envelope: number;
}

export interface ClassForecast {
  readonly observed: ObservedRate;
  /** Time of the last observation with queries. */
  readonly usedAt: Milliseconds;
  /** Rate now, without the chance of a second. */
  readonly level: number;
  /** Slow level, to which the rate returns. */
  readonly slowLevel: number;
  /** Mean square of the error of the forecast of the next observation. */
  readonly variance: number;
  readonly season: Season;
  /** The forecast of each horizon that is checked next. */
  readonly dues: readonly DueForecast[];
}

/** Values of an observation that all classes share. */
export interface ObservedSpan {
  readonly before: Milliseconds;
  readonly now: Milliseconds;
  /** Time since the last observation. 0 if the clock went back. */
  readonly ms: number;
  /** Weights of the observation in the levels and the variance. */
  readonly weights: Readonly<Record<'level' | 'slowLevel' | 'variance', number>>;
  /** Share of the way to the slow level within the span, and within each horizon. */
  readonly returned: number;
  readonly returnedAhead: readonly number[];
}

/** Time from which the latest second is too small a part of the time since the last observation. */
const maxLatestMs = 2_000;
const dayMs = 86_400_000;
/** Smallest deviation, so that ratios to it are numbers. */
const leastDeviation = 1e-3;

/** Returns the share of what decays with a time constant that is gone after a time. */
const goneAfter = (ms: number, timeMs: number): number => 1 - exactExp(-ms / timeMs);

export function createSpan(before: Milliseconds, now: Milliseconds, params: ForecastParams): ObservedSpan {
  const { levelMs, slowMs, varianceMs, returnMs, horizons } = params;
  const ms = Math.max(0, now - before);
  const [level, slowLevel, variance] = [goneAfter(ms, levelMs), goneAfter(ms, slowMs), goneAfter(ms, varianceMs)];
  return {
    ...{ before, now, ms, weights: { level, slowLevel, variance } },
    returned: goneAfter(ms, returnMs),
    returnedAhead: horizons.map(({ aheadMs }) => goneAfter(aheadMs, returnMs)),
  };
}

export function createClass(observed: ObservedRate, span: ObservedSpan, params: ForecastParams): ClassForecast {
  const { now } = span;
  const level = observed.itemsPerSecond;
  const season = createSeason(now, params);
  const created = { observed, usedAt: now, level, slowLevel: level, variance: 0, season, dues: [] };
  const dues = params.horizons.map((each, index) =>
    createDue(each, each, expectAt(created, each.aheadMs, span.returnedAhead[index] ?? 0, now, params), now),
  );
  return { ...created, dues };
}

export function observeClass(
  before: ClassForecast,
  observed: ObservedRate,
  span: ObservedSpan,
  params: ForecastParams,
): ClassForecast {
  const { now, ms, weights, returned } = span;
  const isUsed = observed.itemsPerSecond > 0 || observed.latestPerSecond > 0;
  const usedAt = isUsed ? now : before.usedAt;
  const { level, slowLevel, variance, season, dues } = before;
  const isGap = ms >= params.gapMs;
  if (ms === 0) return { observed, usedAt, level, slowLevel, variance, season, dues };
  const rate = ms <= maxLatestMs ? observed.latestPerSecond : observed.itemsPerSecond;
  const ratio = seasonRatio(season, span.before, now, params);
  const expected = (level + returned * (slowLevel - level)) * ratio;
  const error = rate - expected;
  const next: ClassForecast = {
    observed,
    usedAt,
    level: expected + weights.level * error,
    slowLevel: slowLevel * ratio + weights.slowLevel * (rate - slowLevel * ratio),
    variance: isGap ? variance : variance + weights.variance * (error * error - variance),
    season: observeSeason(season, rate, isGap ? 0 : ms, now, params),
    dues: before.dues,
  };
  return { ...next, dues: checkDues(next, rate, span, params) };
}

/** Returns the forecasts that are checked next: those that are due are checked and made again, or made again only after a gap. */
function checkDues(
  next: ClassForecast,
  rate: number,
  { now, ms, returnedAhead }: ObservedSpan,
  params: ForecastParams,
): readonly DueForecast[] {
  return next.dues.map((due, index) => {
    const isGap = ms >= params.gapMs;
    const checked = isGap ? due : observeDue(due, rate, ms, now);
    if (now < due.dueAt && !isGap) return checked;
    const horizon = params.horizons[index];
    if (horizon === undefined) return checked;
    const uncertainty = isGap ? due.uncertainty : learnUncertainty(checked, params);
    const expected = expectAt(next, horizon.aheadMs, returnedAhead[index] ?? 0, now, params);
    return createDue(horizon, uncertainty, expected, now);
  });
}

export function forecastClass(of: ClassForecast, aheadMs: number, now: Milliseconds, params: ForecastParams): Forecast {
  const { mean, peak, deviation } = expectAt(of, aheadMs, goneAfter(aheadMs, params.returnMs), now, params);
  const factors = uncertaintyAt(of.dues, params.horizons, aheadMs);
  const high = Math.max(mean + factors.high * deviation, of.observed.itemsPerSecond);
  return { mean, high, envelope: Math.max(peak + factors.envelope * deviation, high, of.observed.latestPerSecond) };
}

function expectAt(
  { level, slowLevel, variance, season }: ClassForecast,
  aheadMs: number,
  returned: number,
  now: Milliseconds,
  params: ForecastParams,
): Expected {
  const end = level + returned * (slowLevel - level);
  const ratio = seasonRatio(season, now, now + aheadMs, params);
  let largest = Math.max(1, ratio);
  for (let ms: number = params.slotMs; ms < aheadMs && ms < dayMs; ms += params.slotMs)
    largest = Math.max(largest, seasonRatio(season, now, now + ms, params));
  const peak = Math.max(level, end) * largest;
  // The error of a second is at least that of a Poisson process.
  const deviation = Math.max(leastDeviation, Math.sqrt(Math.max(variance, peak)));
  return { mean: end * ratio, peak, deviation };
}
