// Errors of connections that failed, with their likely causes.

import { ParetoError } from '@pareto/core';
import { markNotSent, markReset } from './not-sent.js';

const notConnected = /^No connection established\. Last error: (.*?)\s*(?:Resolution note: )?$/s;

const meanings: readonly (readonly [RegExp, string])[] = [
  [/wrong version number/, 'the server uses plain text instead of TLS: it has no certificates'],
  [/certificate required|alert number 116/, 'the server requires a client certificate'],
  [
    /self-signed certificate|unable to (verify|get (local )?issuer)|certificate signature failure/,
    'the server certificate was not issued by the authority in ca.crt',
  ],
  [/certificate has expired/, 'the server certificate has expired'],
  [
    /^Failed to connect|^socket hang up|^the peer closed it|ECONNRESET/,
    'the server closed the connection: it may require TLS, or have rejected the client certificate',
  ],
];

/** Adds the likely cause to an error of grpc-js. Returns any other text unchanged. */
export function explainConnection(text: string): string {
  const [, found] = notConnected.exec(text) ?? [];
  if (found === undefined) return text;
  return `No connection established. Last error: ${explainCause(found.replace(/\.$/, '').trim())}`;
}

/** Adds the likely cause to the error of a socket. */
export function explainCause(text: string): string {
  const meaning = meanings.find(([pattern]) => pattern.test(text));
  return meaning === undefined ? text : `${meaning[1]} (${text})`;
}

export interface ConnectionFailure {
  readonly reason: string;
  /** Whether the server certainly did not receive the call. */
  readonly isNotSent: boolean;
  /** Set if the connection continues. */
  readonly isReset?: boolean;
  readonly cause?: Error;
}

/** Creates the error of a call whose connection failed, or that was reset. */
export function connectionFailed(address: string, failure: ConnectionFailure): ParetoError {
  const { reason, isNotSent, isReset = false, cause } = failure;
  const what = isReset ? `the call to ${address}` : `the connection to ${address}`;
  const error = new ParetoError('unavailable', `${what} failed: ${reason}`, cause && { cause });
  if (isNotSent) markNotSent(error);
  if (isReset) markReset(error);
  return error;
}
