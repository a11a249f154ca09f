// A failed call to etcd, told to people: what was wrong, what was expected, what to do.

import { ParetoError, type ErrorCode } from '@pareto/core';
import type { EtcdAccess } from './client.js';
import { isCallError, type CallError } from './call-error.js';

interface StoreContext extends EtcdAccess {
  readonly prefix: string;
}

/** `asked`: a read has no effect, whatever became of it; what opening finds wrong with the access is final. */
export function explain(error: unknown, context: StoreContext, operation: 'open' | 'read' | 'write'): unknown {
  if (!isCallError(error)) return error;
  const where = `etcd at ${context.endpoints.join(',')}`;
  const found = findings.find(({ applies }) => applies(error)) ?? (error.elsewhere ? absent : broken);
  // Who calls later, and is told this, has no part in how etcd is accessed.
  const code = operation !== 'open' && aboutAccess.has(found.code) ? 'unavailable' : found.code;
  const outcome = operation === 'write' ? outcomes[error.effect] : '';
  return new ParetoError(code, `${found.describe(where, context, error)}${outcome}`, { cause: error });
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

interface ErrorDescription {
  readonly code: ErrorCode;
  readonly describe: (where: string, context: StoreContext, error: CallError) => string;
}

interface Finding extends ErrorDescription {
  readonly applies: (error: CallError) => boolean;
}

const detailsMatch =
  (pattern: RegExp): Finding['applies'] =>
  ({ details }) =>
    pattern.test(details);

const absent: ErrorDescription = {
  code: 'unavailable',
  describe: (where, _context, { details }) => {
    const reason = reasonOf(details);
    return `${where} can't be reached${reason === 'null' ? '' : ` (${reason})`}`;
  },
};

const broken: ErrorDescription = {
  code: 'internal',
  describe: (where, _context, { message }) => `${where} failed: ${message}`,
};

const findings: readonly Finding[] = [
  {
    applies: detailsMatch(/Deadline exceeded|timed out/),
    code: 'unavailable',
    describe: (where) => `${where} did not answer in time`,
  },
  {
    applies: detailsMatch(/alert (bad certificate|certificate|unknown ca|handshake)|certificate required/),
    code: 'unauthenticated',
    describe: (where, { tls }, { details }) =>
      `${where} refuses ${tls?.cert === undefined ? 'a client without a certificate' : "this client's certificate"} ` +
      `(${reasonOf(details)}): show one of the authority that it trusts`,
  },
  {
    applies: detailsMatch(/certificate|altnames/),
    code: 'unauthenticated',
    describe: (where, _context, { details }) =>
      `the certificate of ${where} is not trusted (${reasonOf(details)}): it must be signed by the authority in ca.crt, ` +
      'for the host name that is given here',
  },
  {
    applies: detailsMatch(/disconnected before secure TLS|wrong version number/),
    code: 'unavailable',
    describe: (where) => `${where} ends each connection before TLS is agreed on: does it serve TLS?`,
  },
  {
    applies: detailsMatch(/Last error: Failed to connect/),
    code: 'unavailable',
    describe: (where, { tls }) => `${where} accepts no connection${tls === undefined ? ': does it want TLS?' : ''}`,
  },
  {
    applies: detailsMatch(/no leader/),
    code: 'unavailable',
    describe: (where) => `${where} has no leader: more than half of its members must run and reach each other`,
  },
  {
    applies: detailsMatch(/database space exceeded/),
    code: 'resource-exhausted',
    describe: (where) =>
      `${where} has no room left: compact and defragment it ("etcdctl compact", "etcdctl defrag"), or raise its ` +
      '--quota-backend-bytes; then "etcdctl alarm disarm"',
  },
  {
    applies: detailsMatch(/request is too large/),
    code: 'failed-precondition',
    describe: (where) =>
      `${where} refuses a transaction of this size: start it with --max-request-bytes=1572864 or more`,
  },
  {
    applies: detailsMatch(/too many operations/),
    code: 'failed-precondition',
    describe: (where) => `${where} refuses that many operations: start it with --max-txn-ops=128 or more`,
  },
  {
    applies: detailsMatch(/authentication failed/),
    code: 'unauthenticated',
    describe: (where, { user }) => `${where} refuses the user "${user?.name ?? ''}": wrong name or password`,
  },
  {
    applies: detailsMatch(/user name is empty/),
    code: 'unauthenticated',
    describe: (where) => `${where} wants a user and a password: none was given`,
  },
  {
    applies: ({ loginIsOld }) => loginIsOld,
    code: 'unauthenticated',
    describe: (where) => `${where} doesn't know this login any more: try again`,
  },
  {
    applies: detailsMatch(/permission denied/),
    code: 'permission-denied',
    describe: (where, { user, prefix }) =>
      `${where} lets ${user === undefined ? 'this certificate' : `the user "${user.name}"`} not do this: ` +
      `grant it a role that may read and write all keys under ${prefix}`,
  },
  {
    applies: detailsMatch(/authentication is not enabled/),
    code: 'failed-precondition',
    describe: (where) => `${where} has no authentication enabled: give no user, or enable it`,
  },
  {
    applies: detailsMatch(/requested lease not found/),
    code: 'not-found',
    describe: (where) => `the lease has ended at ${where}: grant another`,
  },
];
