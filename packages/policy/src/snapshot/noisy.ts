// What the leader remembers of noisy measurements, to repeat them.

import type { Milliseconds } from '@pareto/core';

/** A noisy measurement, since this leader leads. */
export interface NoisyMeasurement {
  /** Number of times that it was ordered again. */
  readonly repeats: number;
  /** End of the last repetition. Before the first, the time at which the measurement was first seen. */
  readonly since: Milliseconds;
  /** Set while it is being repeated. */
  readonly isOrdered: boolean;
}

/** Noisy measurements by `classKey`. */
export type NoisyMeasurements = ReadonlyMap<string, NoisyMeasurement>;
