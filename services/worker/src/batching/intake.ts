// Accepts queries for a replica and tracks them until they are answered, rejected or cancelled.

import type { Clock, ParetoError, ReplicaId } from '@pareto/core';
import type { QueueBounds, ReplicaStatus } from '@pareto/policy';
import { isNotExecuted, notExecutedError, rejectionOf, type QueryRejection } from '../refusals/rejection.js';
import type { CheckedQuery } from '../requests/check-request.js';
import { AcceptedQuery, type InferOptions, type QueryOwner, type ResultReceiver } from './accepted-query.js';
import type { ReplicaCounts } from './replica-counts.js';
import type { WorkerDriver } from './worker-driver.js';
import type { WaitingQuery } from './waiting-query.js';

export interface IntakeOptions {
  readonly replica: ReplicaId;
  readonly status: ReplicaStatus;
  readonly driver: Pick<WorkerDriver, 'dispatch'>;
  readonly bounds: QueueBounds;
  readonly counts: Pick<ReplicaCounts, 'request' | 'failure' | 'rejected'>;
  readonly clock: Clock;
}

export interface Intake {
  /** Queues a query. Throws `unavailable` if the replica accepts none, so that the router may try another one. */
  infer(query: CheckedQuery, options: InferOptions, receiver: ResultReceiver): void;
}

export function createIntake({ replica, status, driver, bounds, counts, clock }: IntakeOptions): Intake {
  function errorOf(rejection: QueryRejection, queued: WaitingQuery): ParetoError {
    counts.rejected(rejection.reason);
    const closed = failureOf(status) ?? 'the replica was unloaded before it was ready';
    return rejectionOf(rejection, queued, { bounds, closed, now: clock.now() });
  }
  const owner: QueryOwner = {
    onFailed: ({ receivedAt }, error) => counts.failure(receivedAt, !isNotExecuted(error)),
    onAborted: (query) => driver.dispatch({ kind: 'cancelled', replica, query }),
    errorOf,
  };

  return {
    infer(query, options, receiver) {
      const closed = status.life.state === 'draining' ? 'the replica is draining' : failureOf(status);
      if (closed !== undefined) throw notExecutedError(closed);
      counts.request();
      const accepted = new AcceptedQuery({ query, options, owner, receiver });
      if (accepted.start()) driver.dispatch({ kind: 'queued', replica, query: accepted }, options.enqueuedAt);
    },
  };
}

const failureOf = ({ life }: ReplicaStatus): string | undefined =>
  life.state === 'failed' ? `the replica failed: ${life.reason}` : undefined;
