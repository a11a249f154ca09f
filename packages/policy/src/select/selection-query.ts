// The query and the parameters of a selection.

import type { AccuracyBound, Candidate, CongestionPrices, Objective, Shapes } from '@pareto/core';
import { defaultRouteParams } from '../route/route-params.js';

export interface SelectionQuery {
  /** Size of the batch dimension. 1 if there is none. */
  readonly items: number;
  /** Shapes of the inputs with dynamic dimensions. Undefined if profiles do not depend on them. */
  readonly shapes?: Shapes | undefined;
  readonly objective: Objective;
  /** Time since the receipt of the headers. */
  readonly elapsedMs: number;
  /** Current time, on the clock of the loads. */
  readonly now: number;
  /** Returns the maximum wait at a candidate with batches of this time, in batches. Unlimited if undefined. */
  readonly maxWaitBatchesAt?: ((candidate: Candidate, batchMs: number) => number) | undefined;
  /** Set if the maximum wait that the loads have does not apply. */
  readonly isPatient: boolean;
  /** Prices of slots, by which a query that prefers accuracy chooses. Undefined while the slots suffice. */
  readonly congestion?: CongestionPrices | undefined;
  /** Set if candidates that are idle come before others, of which the cheapest comes first whatever the objective prefers. */
  readonly idleFirst?: boolean;
}

export interface SelectParams {
  /** Round trip from router to worker while they are not busy, in ms. */
  readonly hopMs: number;
  /** Share of a latency limit from which the tail of the way shows pauses, which no query avoids. */
  readonly pauseShare: number;
}

export const defaultSelectParams: SelectParams = {
  hopMs: defaultRouteParams.hopMs,
  pauseShare: defaultRouteParams.pauseShare,
};

/** Returns the accuracy that the objective compares, or undefined if it is not measured. */
export function accuracyOf(candidate: Candidate, bound: AccuracyBound): number | undefined {
  return bound === 'lower95' ? candidate.accuracy?.lower95 : candidate.accuracy?.value;
}
