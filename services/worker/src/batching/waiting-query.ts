// A query that a replica has accepted, and its result.

import type { Milliseconds, ReplicaLoad } from '@pareto/core';
import type { QueuedQuery } from '@pareto/policy';
import type { Cancellation } from '@pareto/rpc';
import type { TensorOutput } from '@pareto/runtime';
import type { QueryRejection } from '../refusals/rejection.js';
import type { CheckedQuery } from '../requests/check-request.js';

/** Outputs of a query, with the size and times of the batch that it ran in. */
export interface QueryResult {
  readonly outputs: readonly TensorOutput[];
  readonly batchItems: number;
  readonly executorPid: number;
  readonly startedAt: Milliseconds;
  readonly endedAt: Milliseconds;
  /** Time that the executor computed the whole batch. */
  readonly computeMs: Milliseconds;
  /** Load of the replica after the batch. */
  readonly load: ReplicaLoad;
}

export interface WaitingQuery extends QueuedQuery {
  readonly query: CheckedQuery;
  /** Time at which the request's headers arrived. */
  readonly receivedAt: Milliseconds;
  readonly enqueuedAt: Milliseconds;
  /** The caller's. */
  readonly cancellation: Cancellation;
  resolve(result: QueryResult): void;
  reject(error: unknown): void;
  /** Called instead of `resolve` or `reject` if the query is not run. */
  onRejected(rejection: QueryRejection): void;
}
