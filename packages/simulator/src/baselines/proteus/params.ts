// The constants of Proteus. Each states its source: `code` is the authors' repository, `paper` the paper, `assumed` neither.

import { defaultDemandParams, type DemandParams } from '../accuracy-scaling/average-demand.js';

export interface ProteusParams {
  /** Demand that is planned for, as a multiple of the average. Code. */
  readonly beta: number;
  readonly demand: DemandParams;
  /** Decay of the average of the demand in bursts. Code. */
  readonly burstDecay: number;
  /** Time between two allocations. Code. */
  readonly everyMs: number;
  /** Time between two allocations in the first `earlyUntilMs`. Code, which has further such periods for its trace. */
  readonly earlyEveryMs: number;
  /** Time from the first query. Code: its last allocation of this kind is after 20 s. */
  readonly earlyUntilMs: number;
  /** Time between two allocations in bursts. Code. */
  readonly burstEveryMs: number;
  /** Number of seconds for which a high demand makes a burst. Code. */
  readonly burstSeconds: number;
  /** Multiple of the mean demand since the first query above which the demand of a second is high. Assumed: the code has a rate for its trace. */
  readonly burstFactor: number;
}

export const defaultProteusParams: ProteusParams = {
  beta: 1.05,
  demand: defaultDemandParams,
  burstDecay: 0.7,
  everyMs: 10_000,
  earlyEveryMs: 5_000,
  earlyUntilMs: 20_000,
  burstEveryMs: 2_000,
  burstSeconds: 10,
  burstFactor: 1.5,
};
