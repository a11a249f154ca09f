// Which HTTP status says what went wrong, and the body that explains it.

import { ParetoError, type ErrorCode } from '@pareto/core';
import type { Reply } from './reply.js';
import { jsonReply } from './reply.js';

/** What only HTTP has a status for: paths, methods, encodings, sizes. Its message is for the caller. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * As a native server answers where it has a case for it. Failed preconditions are 412: asking again is in vain, asking for
 * less is not. 499 is what proxies call a caller that went away.
 */
const statusOf: Readonly<Record<ErrorCode, number>> = {
  'invalid-argument': 400,
  unauthenticated: 401,
  'permission-denied': 403,
  'not-found': 404,
  'already-exists': 409,
  aborted: 409,
  'failed-precondition': 412,
  'resource-exhausted': 429,
  cancelled: 499,
  'data-loss': 500,
  internal: 500,
  unimplemented: 501,
  unavailable: 503,
  'deadline-exceeded': 504,
};

const retryAfter: Readonly<Record<string, string>> = { 'retry-after': '1' };
const isWorthRetrying = (code: ErrorCode): boolean => code === 'resource-exhausted' || code === 'unavailable';

/** Anything but our own errors keeps its text off the wire. */
export function errorReply(error: unknown): Reply {
  if (error instanceof HttpError) return jsonReply({ error: error.message }, error.status, error.headers);
  if (!(error instanceof ParetoError)) {
    return jsonReply({ error: 'internal error; the server has logged its cause' }, 500);
  }
  const headers = { ...(isWorthRetrying(error.code) ? retryAfter : {}), ...error.details };
  return jsonReply({ error: error.message }, statusOf[error.code], headers);
}
