// The properties of a target's candidates that selection compares, in arrays with one row for each candidate. The rows
// are in the order in which selection prefers cheap candidates, so that the first eligible row usually is the best.

import type { Candidate } from '@pareto/core';

export interface TargetColumns {
  /** Candidate of each row. */
  readonly candidates: readonly Candidate[];
  /** Index of each row's candidate in the target's list. */
  readonly positions: Int32Array;
  /** `Candidate.index` of each. */
  readonly index: Int32Array;
  /** Code of a verdict that does not depend on the query, or `passes`. */
  readonly fixed: Uint8Array;
  /** NaN if not measured. */
  readonly accuracy: Float64Array;
  /** NaN if not measured. */
  readonly lower95: Float64Array;
  /**
   * Order by accuracy, ascending, from `rankOrder`: older controllers send no ranks. NaN if not measured.
   */
  readonly rank: Float64Array;
  /** Row of the most accurate candidate that replaces a dominated one. -1 if there is none. */
  readonly dominator: Int32Array;
  /** USD per 1,000 answers. NaN if not measured. */
  readonly cost: Float64Array;
  readonly maxBatchSize: Int32Array;
  /** Batch ceiling of the replicas. 0 if there are none. */
  readonly ceiling: Int32Array;
  /** Expected time of a batch at the ceiling. 0 if not profiled. */
  readonly batchMs: Float64Array;
  /** 1 if the candidate has a profile. */
  readonly profiled: Uint8Array;
  /** 1 if a worker could load the candidate. */
  readonly placeable: Uint8Array;
  /** Profiled p99 of one item. 0 if not profiled. */
  readonly p99OfOne: Float64Array;
  /** Profiled p99 of 2, 4, 8, 16, 32 and 64 items, from `powers * row`. Undefined until it is needed. */
  p99OfPowers: Float32Array | undefined;
  /**
   * Latencies that the current decision predicts; of a cold candidate, once it is loaded. Infinity if it was never
   * measured. Decisions are synchronous, so each may overwrite them.
   */
  readonly predictedMs: Float64Array;
}
