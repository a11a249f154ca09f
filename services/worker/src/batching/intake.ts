// Accepts queries into a replica's queue and tracks them until they are answered, rejected or cancelled.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { limitError, notExecutedKey } from '@pareto/rpc';
import type { CheckedQuery } from '../requests/check-request.js';
import type { ReplicaCounts } from './replica-counts.js';
import type { QueryResult, QueueBounds, RequestQueue } from './request-queue.js';

export interface InferOptions {
  readonly signal: AbortSignal;
  /** Time at which the request's headers arrived. */
  readonly receivedAt: Milliseconds;
  /** Time of the caller's gRPC deadline on `clock`. Infinite if there is none. */
  readonly deadlineMs: number;
}

export interface IntakeOptions {
  readonly queue: RequestQueue;
  readonly bounds: QueueBounds;
  readonly counts: Pick<ReplicaCounts, 'request' | 'failure'>;
  /** Called after a query was queued. */
  readonly onQueued: () => void;
  readonly clock: Clock;
}

export interface Intake {
  infer(query: CheckedQuery, options: InferOptions): Promise<QueryResult>;
  /** Rejects all queued queries. The router may try another replica for those that have not reached an executor. */
  rejectAll(reason: string): void;
  /** Resolves when no query is in flight. */
  settled(): Promise<void>;
}

export function createIntake({ queue, bounds, counts, onQueued, clock }: IntakeOptions): Intake {
  const pending = new Set<Promise<QueryResult>>();

  function enqueue(query: CheckedQuery, { signal, receivedAt, deadlineMs }: InferOptions): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        queue.remove(query);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const { priority } = query;
      const fresh = { priority, receivedAt, enqueuedAt: clock.now(), deaths: 0, alone: false };
      if (queue.push({ query, deadlineMs, signal, resolve, reject, ...fresh })) onQueued();
      else reject(queueFull(bounds));
    });
  }

  return {
    infer(query, options) {
      counts.request();
      const answered = enqueue(query, options);
      pending.add(answered);
      answered
        .catch((error: unknown) => counts.failure(options.receivedAt, !isNotExecuted(error)))
        .finally(() => pending.delete(answered));
      return answered;
    },
    rejectAll(reason) {
      for (const { reject, deaths } of queue.takeAll()) {
        reject(deaths === 0 ? notExecutedError(reason) : new ParetoError('internal', reason));
      }
    },
    async settled() {
      await Promise.allSettled(pending);
    },
  };
}

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
