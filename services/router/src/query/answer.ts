// The answer to a query.

import type { Candidate } from '@pareto/core';
import type { Payload } from '@pareto/protocol';

export interface Answer {
  readonly decisionId: string;
  /** The encoded ModelInferResponse. */
  readonly payload: Payload;
  readonly trailers: ReadonlyMap<string, string>;
  readonly candidate: Candidate;
  readonly degraded: boolean;
  readonly coldStart: boolean;
  readonly latencyMs: number;
  /** Predicted latency. Undefined if the query was held or sent before, so that the prediction does not cover it. */
  readonly predictedMs: number | undefined;
}

/** Receiver of the outcome of a query, which is called once. Errors are ParetoErrors whose code is the query's status. */
export interface AnswerReceiver {
  succeed(answer: Answer): void;
  fail(error: unknown): void;
}
