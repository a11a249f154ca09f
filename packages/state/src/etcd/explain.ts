// A failed call to etcd, told to people: what was wrong, what was expected, what to do.

import { ParetoError, type ErrorCode } from '@pareto/core';
import type { EtcdAccess } from './client.js';
import { isCallError, type CallError } from './call-error.js';

interface Scene extends EtcdAccess {
  readonly prefix: string;
}

/** `asked`: a read has no effect, whatever became of it; what opening finds wrong with the access is final. */
export function explain(error: unknown, scene: Scene, asked: 'open' | 'read' | 'write'): unknown {
  if (!isCallError(error)) return error;
  const where = `etcd at ${scene.endpoints.join(',')}`;
  const found = findings.find(({ applies }) => applies(error)) ?? (error.elsewhere ? absent : broken);
  // Who calls later, and is told this, has no part in how etcd is accessed.
  const code = asked !== 'open' && aboutAccess.has(found.code) ? 'unavailable' : found.code;
  const outcome = asked === 'write' ? outcomes[error.effect] : '';
  return new ParetoError(code, `${found.say(where, scene, error)}${outcome}`, { cause: error });
}

const aboutAccess: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'permission-denied']);

const outcomes = {
  none: '; nothing was written',
  unknown: '; it is not known whether this was written: look before writing it again',
};

/** gRPC's last error on connecting, without what OpenSSL and gRPC put around it. */
function reasonOf(details: string): string {
  const last = /Last error: (?:Error: )?(.*?)(?: \([^)]*\))?\. Resolution note/s.exec(details)?.[1] ?? details;
  return /SSL routines:[^:]*:([^:]+):/.exec(last)?.[1] ?? last;
}

interface Meaning {
  readonly code: ErrorCode;
  readonly say: (where: string, scene: Scene, error: CallError) => string;
}

interface Finding extends Meaning {
  readonly applies: (error: CallError) => boolean;
}

const says =
  (pattern: RegExp): Finding['applies'] =>
  ({ details }) =>
    pattern.test(details);

const absent: Meaning = {
  code: 'unavailable',
  say: (where, _scene, { details }) => {
    const reason = reasonOf(details);
    return `${where} can't be reached${reason === 'null' ? '' : ` (${reason})`}`;
  },
};

const broken: Meaning = {
  code: 'internal',
  say: (where, _scene, { message }) => `${where} failed: ${message}`,
};

const findings: readonly Finding[] = [
  {
    applies: says(/Deadline exceeded|timed out/),
    code: 'unavailable',
    say: (where) => `${where} did not answer in time`,
  },
  {
    applies: says(/alert (bad certificate|certificate|unknown ca|handshake)|certificate required/),
    code: 'unauthenticated',
    say: (where, { tls }, { details }) =>
      `${where} refuses ${tls?.cert === undefined ? 'a client without a certificate' : "this client's certificate"} ` +
      `(${reasonOf(details)}): show one of the authority that it trusts`,
  },
  {
    applies: says(/certificate|altnames/),
    code: 'unauthenticated',
    say: (where, _scene, { details }) =>
      `the certificate of ${where} is not trusted (${reasonOf(details)}): it must be signed by the authority in ca.crt, ` +
      'for the host name that is given here',
  },
  {
    applies: says(/disconnected before secure TLS|wrong version number/),
    code: 'unavailable',
    say: (where) => `${where} ends each connection before TLS is agreed on: does it serve TLS?`,
  },
  {
    applies: says(/Last error: Failed to connect/),
    code: 'unavailable',
    say: (where, { tls }) => `${where} accepts no connection${tls === undefined ? ': does it want TLS?' : ''}`,
  },
  {
    applies: says(/no leader/),
    code: 'unavailable',
    say: (where) => `${where} has no leader: more than half of its members must run and reach each other`,
  },
  {
    applies: says(/database space exceeded/),
    code: 'resource-exhausted',
    say: (where) =>
      `${where} has no room left: compact and defragment it ("etcdctl compact", "etcdctl defrag"), or raise its ` +
      '--quota-backend-bytes; then "etcdctl alarm disarm"',
  },
  {
    applies: says(/request is too large/),
    code: 'failed-precondition',
    say: (where) => `${where} refuses a transaction of this size: start it with --max-request-bytes=1572864 or more`,
  },
  {
    applies: says(/too many operations/),
    code: 'failed-precondition',
    say: (where) => `${where} refuses that many operations: start it with --max-txn-ops=128 or more`,
  },
  {
    applies: says(/authentication failed/),
    code: 'unauthenticated',
    say: (where, { user }) => `${where} refuses the user "${user?.name ?? ''}": wrong name or password`,
  },
  {
    applies: says(/user name is empty/),
    code: 'unauthenticated',
    say: (where) => `${where} wants a user and a password: none was given`,
  },
  {
    applies: ({ loginIsOld }) => loginIsOld,
    code: 'unauthenticated',
    say: (where) => `${where} doesn't know this login any more: try again`,
  },
  {
    applies: says(/permission denied/),
    code: 'permission-denied',
    say: (where, { user, prefix }) =>
      `${where} lets ${user === undefined ? 'this certificate' : `the user "${user.name}"`} not do this: ` +
      `grant it a role that may read and write all keys under ${prefix}`,
  },
  {
    applies: says(/authentication is not enabled/),
    code: 'failed-precondition',
    say: (where) => `${where} has no authentication enabled: give no user, or enable it`,
  },
  {
    applies: says(/requested lease not found/),
    code: 'not-found',
    say: (where) => `the lease has ended at ${where}: grant another`,
  },
];
