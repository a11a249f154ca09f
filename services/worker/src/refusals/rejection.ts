// The errors of queries that a replica does not execute.

import { ParetoError, type Milliseconds } from '@pareto/core';
import type { QueueBounds, QueuedQuery, SlotEffect } from '@pareto/policy';
import { lateKey, limitError, notExecutedKey } from '@pareto/protocol';

export type QueryRejection = Pick<
  Extract<SlotEffect<unknown, QueuedQuery, unknown>, { kind: 'reject' }>,
  'reason' | 'deaths' | 'neededMs'
>;

interface RejectedBy {
  readonly bounds: QueueBounds;
  /** Reason why the replica accepts no queries. */
  readonly closed: string;
  readonly now: Milliseconds;
}

/** Returns the error of a query that was queued and is rejected. */
export function rejectionOf(
  { reason, deaths, neededMs }: QueryRejection,
  queued: QueuedQuery,
  { bounds, closed, now }: RejectedBy,
): ParetoError {
  switch (reason) {
    case 'full':
      return queueFull(bounds);
    case 'closed':
      // The router may try another replica for those that have not reached an executor.
      return deaths === 0 ? notExecutedError(closed) : new ParetoError('internal', closed);
    case 'expired':
      return new ParetoError('deadline-exceeded', 'the deadline passed while the query was queued');
    case 'late':
      return tooLate(queued, neededMs, now);
  }
}

const notExecuted = { [notExecutedKey]: '1' };

/** Creates the error for a query that reached no executor, so that the router may try another replica. */
export const notExecutedError = (reason: string): ParetoError =>
  new ParetoError('unavailable', reason, { details: notExecuted });

export const isNotExecuted = (error: unknown): boolean =>
  error instanceof ParetoError && error.code === 'unavailable' && notExecutedKey in error.details;

const queueFull = ({ items, bytes: maxBytes }: QueueBounds): ParetoError =>
  limitError(
    'replicaQueue',
    'resource-exhausted',
    `the replica's queue is full (limit: ${items} items or ${maxBytes} bytes); lower the request rate or retry later`,
    notExecuted,
  );

function tooLate({ enqueuedAt, dueAt }: QueuedQuery, neededMs: number, now: number): ParetoError {
  const [waited, left, needed] = [now - enqueuedAt, Math.max(0, dueAt - now), neededMs].map((ms) => ms.toFixed(1));
  return new ParetoError(
    'resource-exhausted',
    `the query cannot meet its latency objective any more: it has waited ${waited} ms, ${left} ms are left, and it would take ${needed} ms more; lower the request rate or relax the objective`,
    { details: { [lateKey]: '1' } },
  );
}
