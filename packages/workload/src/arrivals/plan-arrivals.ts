// Arrival times of queries.

import type { Rng } from '@pareto/core';
import { arrivalPlanners, type ArrivalKind, type ArrivalProcess } from './arrival-process.js';
import { checkPositive } from './check-parameters.js';

/**
 * Returns ascending arrival times in ms from the start, below `durationMs`. The same seed gives the same times. Throws
 * `invalid-argument` if a parameter is out of its range.
 */
export const planArrivals = <K extends ArrivalKind>(
  process: ArrivalProcess<K>,
  durationMs: number,
  rng: Rng,
): Float64Array => Float64Array.from(drawArrivals(process, durationMs, rng));

/** Returns the same times. Each is drawn when it is needed, so that a day of many arrivals fits in memory. */
export function drawArrivals<K extends ArrivalKind>(
  process: ArrivalProcess<K>,
  durationMs: number,
  rng: Rng,
): Iterable<number> {
  checkPositive('durationMs', durationMs);
  return arrivalPlanners[process.kind](process, durationMs, rng);
}
