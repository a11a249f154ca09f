// Converts errors to HTTP replies.

import { ParetoError, type ErrorCode } from '@pareto/core';
import { cutDetails, limitOf } from '@pareto/protocol';
import type { Reply } from './reply.js';
import { jsonReply } from './reply.js';

/** An error specific to HTTP, such as an unknown path, method or encoding. Its message is sent to the caller. */
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

/** Error of each call whose client disconnected. It is shared, since many may disconnect together, and each error takes 15 us. */
export const disconnected: ParetoError = new ParetoError('cancelled', 'the caller disconnected');

/**
 * Statuses by error code, the same as a native server's where it has one. A failed precondition is 412: a retry fails
 * again, but a lower objective may succeed. 499 is the status that proxies use for a caller that disconnected.
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

/** Statuses of the limits that have one of their own. */
const statusOfLimit: Readonly<Record<string, number>> = {
  'message-bytes': 413,
  'small-message-bytes': 413,
  'stall-ms': 408,
};

const retryAfter: Readonly<Record<string, string>> = { 'retry-after': '1' };
const isRetryable = (status: number): boolean => status === 429 || status === 503;

/** Hides the message of unexpected errors from the caller. */
export function errorReply(error: unknown): Reply {
  if (error instanceof HttpError) return jsonReply({ error: cutDetails(error.message) }, error.status, error.headers);
  if (!(error instanceof ParetoError)) {
    return jsonReply({ error: 'internal error; the server has logged its cause' }, 500);
  }
  const status = statusOfLimit[limitOf(error) ?? ''] ?? statusOf[error.code];
  const headers = { ...(isRetryable(status) ? retryAfter : {}), ...error.details };
  return jsonReply({ error: cutDetails(error.publicMessage) }, status, headers);
}
