// The constants of Loki. Each states its source: `code` is the authors' repository, `paper` the paper, `assumed` neither.

import { defaultDemandParams, type DemandParams } from '../accuracy-scaling/average-demand.js';

export interface LokiParams {
  /** Demand that is planned for, as a multiple of the average. Code. */
  readonly beta: number;
  readonly demand: DemandParams;
  /** Seconds between two allocations. Assumed, as in Proteus: the code allocates every second, with loads that take no time. */
  readonly everySeconds: number;
}

export const defaultLokiParams: LokiParams = { beta: 1.05, demand: defaultDemandParams, everySeconds: 10 };
