// Classes of queries with different objectives, which together form a mix.

import type { ServiceClass } from '@pareto/core';

export interface QueryClass {
  readonly name: string;
  /** Share of the queries, relative to the weights of the other classes. */
  readonly weight: number;
  readonly latencyMs: number;
  /** Accuracy floor, as a fraction of 1. Undefined means no floor. */
  readonly minAccuracy?: number;
  /** `online` if omitted. */
  readonly class?: ServiceClass;
  /** Items of each query. 1 if omitted. */
  readonly items?: number;
}
