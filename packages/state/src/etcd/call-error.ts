// What a failed call to etcd says: whether it may have had an effect, and whether another member may do better.

import { errorText } from '@pareto/core';

export interface CallError extends Error {
  readonly name: typeof name;
  /** gRPC's name of the code, or empty. */
  readonly code: string;
  readonly details: string;
  /** `unknown`: a write may have happened. */
  readonly effect: 'none' | 'unknown';
  /** It was the member or the way to it: another one may answer. */
  readonly elsewhere: boolean;
  /** etcd forgot the login, or users or roles were changed since: only after another one is anything answered. */
  readonly loginIsOld: boolean;
  /** It was the certificate, of either side, or the password: nothing was asked yet. */
  readonly isStrange: boolean;
}

/** From an error of etcd3, whose message is `14 UNAVAILABLE: details`. */
export function readCallError(error: unknown): CallError {
  if (isCallError(error)) return error;
  const text = errorText(error);
  const [, code = '', details = text] = /^(?:\w+: )?\d+ ([A-Z_]+): (.*)$/s.exec(text) ?? [];
  const loginIsOld = loggedOut.test(details);
  const elsewhere = loginIsOld || transient.has(code) || passing.test(details);
  const isStrange = strange.test(details);
  const effect = effectOf(details);
  return Object.assign(new Error(text, { cause: error }), {
    ...{ name, code, details, effect, elsewhere, loginIsOld, isStrange },
  });
}

export const isCallError = (error: unknown): error is CallError => error instanceof Error && error.name === name;

function effectOf(details: string): CallError['effect'] {
  return neverSent.test(details) || (isRefusal(details) && !undecided.test(details)) ? 'none' : 'unknown';
}

const name = 'EtcdCallError' as const;

const transient: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'INTERNAL',
  'ABORTED',
]);

/** gRPC's own words for a request that waited for a connection all the time. */
const neverSent =
  /^Name resolution failed|No connection established|Channel closed before call started|Waiting for LB pick|name resolution$/i;

/** etcd answered, and says that it did nothing. */
const isRefusal = (details: string): boolean => details.startsWith('etcdserver: ');

/** etcd answered, but may yet carry it out. */
const undecided = /timed out|server stopped|leader changed|request cancelled|canceled/;

/** A mark in place of etcd's words for it: written by `member.ts`, and read only for `loginIsOld`. */
export const unknownLogin = 'login is not known';

const loggedOut = new RegExp(`auth store is old|${unknownLogin}`);

/** Of one member at one moment. */
const passing = /no leader|leader changed|timed out|server stopped|not capable|too many requests|proposal dropped/;

const strange = /Last error: .*(alert|certificate|altnames)|authentication failed/;
