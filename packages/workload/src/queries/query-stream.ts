// Streams of queries of one task and objective.

import type { PartialObjective, Rng } from '@pareto/core';

export interface QueryStream {
  readonly task: string;
  readonly objective: PartialObjective;
  /** Returns ascending times in ms from the start, lazily: a day has millions. The same random numbers give the same times. */
  readonly arrivals: (rng: Rng) => Iterable<number>;
}
