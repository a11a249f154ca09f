// Arrival times of queries.

import type { Rng } from '@pareto/core';
import { arrivalPlanners, type ArrivalKind, type ArrivalProcess } from './arrival-process.js';
import { checkPositive } from './check-parameters.js';

/**
 * Returns ascending arrival times in ms from the start, below `durationMs`. The same seed gives the same times. Throws
 * `invalid-argument` if a parameter is out of its range.
 */
export function planArrivals<K extends ArrivalKind>(
  process: ArrivalProcess<K>,
  durationMs: number,
  rng: Rng,
): Float64Array {
  checkPositive('durationMs', durationMs);
  return Float64Array.from(arrivalPlanners[process.kind](process, durationMs, rng));
}
