// The parameters of what planning and reports know of the demand.

import type { Milliseconds } from '@pareto/core';
import { defaultForecastParams, type ForecastParams } from '../forecast/forecast-params.js';
import { defaultHeadroomParams, type HeadroomParams } from '../forecast/headroom.js';

export interface DemandParams {
  /** Span of the rates, and maximum age of the limits of a router, which reports them each second. */
  readonly rateMs: Milliseconds;
  /** Time whose rate counts as the latest one. */
  readonly latestMs: Milliseconds;
  /** Standard deviations by which the latest rate must exceed the mean to count, so that chance rarely raises the demand. */
  readonly deviations: number;
  /** Span of the outcomes. A router that is silent for so long is dropped. */
  readonly outcomesMs: Milliseconds;
  /** Age from which a report of held queries is ignored. Routers repeat it every second. */
  readonly heldMs: Milliseconds;
  /** Time for which a rate must be lower before the demand falls. */
  readonly holdDownMs: Milliseconds;
  /** Ratio of the steps to which rates are rounded up, so that small changes do not change a plan. */
  readonly step: number;
  /** Age from which slowdowns are computed again although the snapshot is the same: reports do not change it. */
  readonly slowdownMs: Milliseconds;
  /** Time for which a variant that is hardly busy any more keeps its slowdown. */
  readonly idleSlowdownMs: Milliseconds;
  /** Busy time of a variant between two reports from which its slowdown is more than chance. */
  readonly minBusyMs: Milliseconds;
  /** Maximum slowdown: a longer pause says nothing. */
  readonly maxSlowdown: number;
  /** Forecast of the demand at the time at which a replica that is loaded now is ready. Planning follows observed rates if undefined. */
  readonly ahead?: AheadParams;
}

export interface AheadParams {
  readonly forecast: ForecastParams;
  readonly headroom: HeadroomParams;
  /** Time from a query to the beginning of a load: a report and a turn. */
  readonly leadMs: Milliseconds;
  /** Assumed load time of variants that were not measured. */
  readonly loadMs: Milliseconds;
}

export const defaultDemandParams: DemandParams = {
  rateMs: 5_000 as Milliseconds,
  latestMs: 1_000 as Milliseconds,
  deviations: 2,
  outcomesMs: 10_000 as Milliseconds,
  heldMs: 2_500 as Milliseconds,
  holdDownMs: 60_000 as Milliseconds,
  step: 1.05,
  slowdownMs: 2_000 as Milliseconds,
  idleSlowdownMs: 600_000 as Milliseconds,
  minBusyMs: 300 as Milliseconds,
  maxSlowdown: 10,
};

export const defaultAheadParams: AheadParams = {
  forecast: defaultForecastParams,
  headroom: defaultHeadroomParams,
  leadMs: 2_000 as Milliseconds,
  loadMs: 10_000 as Milliseconds,
};
