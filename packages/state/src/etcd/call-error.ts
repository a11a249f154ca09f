// Classifies a failed call to etcd: whether it may have had an effect, and whether another member may succeed.

import { errorText } from '@pareto/core';

export interface CallError extends Error {
  readonly name: typeof name;
  /** Name of the gRPC code, or empty. */
  readonly code: string;
  readonly details: string;
  /** Effect of the call: `unknown` means that a write may have happened. */
  readonly effect: 'none' | 'unknown';
  /** Set if the member or the connection to it failed, so that another member may succeed. */
  readonly mayRetryElsewhere: boolean;
  /** Set if etcd requires a new login: it lost the login, or users or roles have changed. */
  readonly isLoggedOut: boolean;
  /** Set if authentication failed, by a certificate of either side or the password, before the call was made. */
  readonly isAuthFailure: boolean;
}

/** Classifies an error of etcd3, whose message has the form `14 UNAVAILABLE: details`. */
export function readCallError(error: unknown): CallError {
  if (isCallError(error)) return error;
  const text = errorText(error);
  const [, code = '', details = text] = /^(?:\w+: )?\d+ ([A-Z_]+): (.*)$/s.exec(text) ?? [];
  const isLoggedOut = loggedOut.test(details);
  const mayRetryElsewhere = isLoggedOut || transient.has(code) || temporary.test(details);
  const isAuthFailure = authFailure.test(details);
  const effect = effectOf(details);
  return Object.assign(new Error(text, { cause: error }), {
    ...{ name, code, details, effect, mayRetryElsewhere, isLoggedOut, isAuthFailure },
  });
}

export const isCallError = (error: unknown): error is CallError => error instanceof Error && error.name === name;

function effectOf(details: string): CallError['effect'] {
  return neverSent.test(details) || (isRejection(details) && !undecided.test(details)) ? 'none' : 'unknown';
}

const name = 'EtcdCallError' as const;

const transient: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'INTERNAL',
  'ABORTED',
]);

/** Messages of gRPC for a request that never got a connection. */
const neverSent =
  /^Name resolution failed|No connection established|Channel closed before call started|Waiting for LB pick|name resolution$/i;

/** Returns whether etcd responded that it did nothing. */
const isRejection = (details: string): boolean => details.startsWith('etcdserver: ');

/** Responses after which etcd may still apply the request. */
const undecided = /timed out|server stopped|leader changed|request cancelled|canceled/;

/** Replacement for etcd's message of an invalid login: written by `member.ts`, matched only for `isLoggedOut`. */
export const unknownLogin = 'login is not known';

const loggedOut = new RegExp(`auth store is old|${unknownLogin}`);

/** Temporary failures of one member. */
const temporary =
  /no leader|context deadline exceeded|leader changed|timed out|server stopped|not capable|too many requests|proposal dropped/;

const authFailure = /Last error: .*(alert|certificate|altnames)|authentication failed/;
