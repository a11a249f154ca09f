// The parameters of the loads of replicas, and of the pick of a replica.

import type { RecentQuantileParams } from '../estimate/recent-quantile.js';
import type { PickParams } from './pick-replica.js';
import type { ReserveParams } from './reserve.js';
import type { StandingParams } from './standing-queue.js';

export interface RouteParams extends PickParams {
  /** Initial estimate of the time that a query spends between router and worker. */
  readonly hopMs: number;
  /** Number of failures in a row after which a replica is ejected, and for how long. */
  readonly ejectAfterFailures: number;
  readonly ejectionMs: number;
  /** Maximum share of a candidate's replicas that are ejected together. */
  readonly maxEjected: number;
  /** Minimum of the time between router and worker, and its initial estimate if both are in one process, in ms. */
  readonly minHopMs: number;
  /** Step of the logarithm of its quantiles for each reply. */
  readonly hopStep: number;
  /** Share of the replies whose time between router and worker shows that both are not busy. */
  readonly quietShare: number;
  /** The time between router and worker that few queries exceed. One that shows a pause is forgotten soon. */
  readonly hopTail: RecentQuantileParams;
  /** The error of predictions that few answers exceed. It is only shown, so that it may be remembered for long. */
  readonly errors: RecentQuantileParams;
  readonly reserve: ReserveParams;
  readonly standing: StandingParams;
}

export const defaultRouteParams: RouteParams = {
  hopMs: 1,
  slowStartMs: 10_000,
  slowStartShare: 0.1,
  pauseShare: 0.25,
  interferedShare: 0.25,
  ejectAfterFailures: 5,
  ejectionMs: 10_000,
  maxEjected: 0.2,
  minHopMs: 0.05,
  hopStep: 0.05,
  quietShare: 0.1,
  hopTail: { share: 0.99, samples: 256, memoryMs: 3_000 },
  errors: { share: 0.99, samples: 256, memoryMs: 30_000 },
  reserve: { rise: 0.25, halfLifeMs: 500 },
  standing: { maxBatches: 5, lastingMs: 1_000, maxRises: 3, windowBatches: 4, minWindowMs: 250 },
};
