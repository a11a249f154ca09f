// The outcome of a request.

import type { ErrorCode } from '@pareto/core';

export interface Outcome {
  readonly code: 'ok' | ErrorCode;
  /** Index of the class of the query. */
  readonly classIndex: number;
  /** Intended send time, from the end of the warm-up. */
  readonly intendedMs: number;
  /** Time from the intended send time, so that a lagging sender hides no latency. */
  readonly latencyMs: number;
  /** Name of the variant that answered. Empty without an answer. */
  readonly variant: string;
  /** Correctness of the answer. Undefined without a label or an answer. */
  readonly right: boolean | undefined;
  /** Message of the error. Empty if there is none. */
  readonly message: string;
}
