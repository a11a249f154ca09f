// What the end of one send of a query means for the load of the replica, and for a retry.

import type { ErrorCode } from '@pareto/core';
import type { FailedAttempt } from '../retry/may-retry.js';
import type { QueryEnd } from '../route/load-event.js';
import type { AttemptEnd } from './router-event.js';

/** `code` is that of the error. */
export function queryEndOf(end: AttemptEnd, code: ErrorCode | undefined): QueryEnd {
  if (end === 'answered' || end === 'refused') return end;
  if (end !== 'failed') return 'undelivered';
  // A worker of an older release does not mark its refusals.
  if (code === 'resource-exhausted') return 'refused';
  return code === 'internal' ? 'failed' : 'undelivered';
}

/** Returns the status of a query whose last send ended so. `code` is that of the error. */
export function failureCodeOf(end: AttemptEnd, code: ErrorCode | undefined): ErrorCode {
  if (end === 'failed') return code ?? 'internal';
  return end === 'refused' || end === 'full' ? (code ?? 'resource-exhausted') : 'unavailable';
}

/** The outcome of an attempt without an answer, for the decision about a retry. */
export const failedOutcomes: Readonly<Record<Exclude<AttemptEnd, 'answered'>, FailedAttempt['outcome']>> = {
  refused: 'refused',
  'not-executed': 'not-executed',
  full: 'not-executed',
  unreachable: 'not-sent',
  lost: 'lost',
  reset: 'lost',
  failed: 'failed',
};
