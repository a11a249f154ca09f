// Queries on their way through a replica: into its queue, and out again answered or turned away.

import { ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { notExecutedKey } from '@pareto/rpc';
import type { CheckedQuery } from '../requests/check-request.js';
import type { ReplicaCounts } from './replica-counts.js';
import type { QueryResult, QueueBounds, RequestQueue } from './request-queue.js';

export interface InferOptions {
  readonly signal: AbortSignal;
  /** When its headers came. */
  readonly receivedAt: Milliseconds;
  /** Of the caller's gRPC deadline, by the clock; infinite when there is none. */
  readonly deadlineMs: number;
}

export interface IntakeOptions {
  readonly queue: RequestQueue;
  readonly bounds: QueueBounds;
  readonly counts: Pick<ReplicaCounts, 'request' | 'failure'>;
  /** Something was queued. */
  readonly onQueued: () => void;
  readonly clock: Clock;
}

export interface Intake {
  infer(query: CheckedQuery, options: InferOptions): Promise<QueryResult>;
  /** Empties the queue. Another replica may be tried by those that reached no executor. */
  rejectAll(why: string): void;
  /** Resolves when no query is on its way. */
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
    rejectAll(why) {
      for (const { reject, deaths } of queue.takeAll()) {
        reject(deaths === 0 ? notExecutedError(why) : new ParetoError('internal', why));
      }
    },
    async settled() {
      await Promise.allSettled(pending);
    },
  };
}

const notExecuted = { [notExecutedKey]: '1' };

/** It reached no executor: another replica may be tried. */
export const notExecutedError = (why: string): ParetoError =>
  new ParetoError('unavailable', why, { details: notExecuted });

const isNotExecuted = (error: unknown): boolean =>
  error instanceof ParetoError && error.code === 'unavailable' && notExecutedKey in error.details;

const queueFull = ({ items, bytes: maxBytes }: QueueBounds): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `the replica's queue is full (${items} items or ${maxBytes} bytes): send less, or later`,
    { details: notExecuted },
  );
