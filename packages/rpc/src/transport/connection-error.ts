// Errors of connections that failed, with their likely causes, and of the calls that failed with them.

import { ParetoError } from '@pareto/core';

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

/** The error of a call whose connection failed, or that was reset. */
export class CallFailure extends ParetoError {
  /** Whether the server certainly did not receive the call. */
  readonly isNotSent: boolean;
  /** Set if the connection continues. */
  readonly isReset: boolean;

  constructor(address: string, reason: string, { isNotSent, isReset }: Pick<CallFailure, 'isNotSent' | 'isReset'>) {
    super('unavailable', `the ${isReset ? 'call' : 'connection'} to ${address} failed: ${reason}`);
    this.isNotSent = isNotSent;
    this.isReset = isReset;
  }
}

/** Returns whether the server reset the call alone, which may be due to the call. */
export const isReset = (error: unknown): boolean => error instanceof CallFailure && error.isReset;

/** Error texts of gRPC if there is no connection, or if the server refused the stream without reading it. */
const notSent =
  /^(No connection established|Name resolution failed|Stream refused by server|Channel has been shut down|Channel closed before call started)/;

/**
 * Returns whether the call was certainly not executed. Reads gRPC's own error among the causes, since ours may have
 * another text.
 */
export function isNotSent(error: unknown): boolean {
  if (!(error instanceof ParetoError) || error.code !== 'unavailable') return false;
  if (error instanceof CallFailure) return error.isNotSent;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if ('details' in cause && typeof cause.details === 'string') return notSent.test(cause.details);
  }
  return false;
}
