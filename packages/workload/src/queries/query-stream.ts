// Streams of queries of one task and objective.

import type { PartialObjective, Rng } from '@pareto/core';

/** Queries of one task and objective. */
export interface QueryStream {
  readonly task: string;
  /** Objective that the clients state. Fields that are left out are those of the task. */
  readonly objective: PartialObjective;
  /**
   * Returns the times of arrival in ms from the start, ascending. They are drawn when they are needed, because a day has 50 million. The
   * same random numbers must give the same times: a run may read them more than once.
   */
  readonly arrivals: (rng: Rng) => Iterable<number>;
}
