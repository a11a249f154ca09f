// Accepts queries for a replica and tracks them until they are answered, rejected or cancelled.

import { ParetoError, type Clock, type ReplicaId } from '@pareto/core';
import type { QueueBounds, ReplicaStatus } from '@pareto/policy';
import { lateKey, limitError, notExecutedKey } from '@pareto/protocol';
import type { CheckedQuery } from '../requests/check-request.js';
import { AcceptedQuery, type InferOptions, type QueryOwner, type ResultReceiver } from './accepted-query.js';
import type { ReplicaCounts } from './replica-counts.js';
import type { WorkerDriver } from './worker-driver.js';
import type { QueryRejection, WaitingQuery } from './waiting-query.js';

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
    const { reason, deaths, neededMs } = rejection;
    counts.rejected(reason);
    switch (reason) {
      case 'full':
        return queueFull(bounds);
      case 'closed': {
        // The router may try another replica for those that have not reached an executor.
        const closed = failureOf(status) ?? 'the replica was unloaded before it was ready';
        return deaths === 0 ? notExecutedError(closed) : new ParetoError('internal', closed);
      }
      case 'expired':
        return new ParetoError('deadline-exceeded', 'the deadline passed while the query was queued');
      case 'late':
        return tooLate(queued, neededMs, clock.now());
    }
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

const notExecuted = { [notExecutedKey]: '1' };

/** Creates the error for a query that reached no executor, so that the router may try another replica. */
export const notExecutedError = (reason: string): ParetoError =>
  new ParetoError('unavailable', reason, { details: notExecuted });

const isNotExecuted = (error: unknown): boolean =>
  error instanceof ParetoError && error.code === 'unavailable' && notExecutedKey in error.details;

const queueFull = ({ items, bytes: maxBytes }: QueueBounds): ParetoError =>
  limitError(
    'replicaQueue',
    'resource-exhausted',
    `the replica's queue is full (limit: ${items} items or ${maxBytes} bytes); lower the request rate or retry later`,
    notExecuted,
  );

function tooLate({ enqueuedAt, dueAt }: WaitingQuery, neededMs: number, now: number): ParetoError {
  const [waited, left, needed] = [now - enqueuedAt, Math.max(0, dueAt - now), neededMs].map((ms) => ms.toFixed(1));
  return new ParetoError(
    'resource-exhausted',
    `the query cannot meet its latency objective any more: it has waited ${waited} ms, ${left} ms are left, and it would take ${needed} ms more; lower the request rate or relax the objective`,
    { details: { [lateKey]: '1' } },
  );
}
