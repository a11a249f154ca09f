// The parameters of forecasts.

import type { Milliseconds } from '@pareto/core';

export interface ForecastParams {
  /** Time constant with which the level follows the rate. */
  readonly levelMs: Milliseconds;
  /** Time constant with which the slow level follows the rate. */
  readonly slowMs: Milliseconds;
  /** Time constant with which the rate is expected to return to the slow level. */
  readonly returnMs: Milliseconds;
  /** Time constant of the mean square error of the forecast of the next observation. */
  readonly varianceMs: Milliseconds;
  /** Time without observations after which what was forecast before is not compared with what happens. */
  readonly gapMs: Milliseconds;
  /** Probability with which the upper quantile and the envelope hold. */
  readonly probability: number;
  /** Step by which the logarithm of a factor of uncertainty follows it, for each forecast that is due. */
  readonly factorStep: number;
  /** Horizons at which forecasts are compared with what happens, ascending. Factors between them are interpolated. */
  readonly horizons: readonly ForecastHorizon[];
  /** Length of a slot of the season. A day is a multiple of it. */
  readonly slotMs: Milliseconds;
  /** Share of the latest day in the season of a slot. */
  readonly slotWeight: number;
  /** Constant that shrinks the season: the larger it is, the larger changes must repeat before the season counts. */
  readonly seasonRidge: number;
  /** Maximum ratio between the rates of two slots, either way. */
  readonly maxSeason: number;
  /** Time without queries after which a class is forgotten. */
  readonly forgetMs: Milliseconds;
  /** Maximum number of classes. Those that had no queries for the longest time are forgotten first, then the smallest. */
  readonly maxClasses: number;
}

/** A horizon with the factors of uncertainty that a class begins with. */
export interface ForecastHorizon {
  readonly aheadMs: Milliseconds;
  /** Deviations by which the upper quantile exceeds the mean. */
  readonly high: number;
  /** Deviations by which the envelope exceeds the mean. */
  readonly envelope: number;
}

const horizon = (seconds: number, high: number, envelope: number): ForecastHorizon => ({
  ...{ aheadMs: (1_000 * seconds) as Milliseconds, high, envelope },
});

export const defaultForecastParams: ForecastParams = {
  levelMs: 6_000 as Milliseconds,
  slowMs: 1_200_000 as Milliseconds,
  returnMs: 1_200_000 as Milliseconds,
  varianceMs: 120_000 as Milliseconds,
  gapMs: 10_000 as Milliseconds,
  probability: 0.95,
  factorStep: 0.2,
  horizons: [horizon(2, 2, 3), horizon(10, 2, 4), horizon(60, 2.5, 6), horizon(300, 4, 8)],
  slotMs: 300_000 as Milliseconds,
  slotWeight: 0.3,
  seasonRidge: 0.5,
  maxSeason: 8,
  forgetMs: 172_800_000 as Milliseconds,
  maxClasses: 4_096,
};
