// Explains a failed call to etcd to the operator: what was wrong, what was expected, and what to do.

import { ParetoError, type ErrorCode } from '@pareto/core';
import type { EtcdAccess } from './client.js';
import { isCallError, type CallError } from './call-error.js';

interface StoreContext extends EtcdAccess {
  readonly prefix: string;
}

/** Returns a ParetoError for a failed call. Only `open` reports wrong credentials as such, and only `write` the effect. */
export function explain(error: unknown, context: StoreContext, operation: 'open' | 'read' | 'write'): unknown {
  if (!isCallError(error)) return error;
  const where = `etcd at ${context.endpoints.join(',')}`;
  const found = findings.find(({ applies }) => applies(error)) ?? (error.mayRetryElsewhere ? unreachable : broken);
  // Clients that receive the error later are not responsible for the access to etcd.
  const code = operation !== 'open' && aboutAccess.has(found.code) ? 'unavailable' : found.code;
  const outcome = operation === 'write' ? outcomes[error.effect] : '';
  return new ParetoError(code, `${found.describe(where, context, error)}${outcome}`, { cause: error });
}

const aboutAccess: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'permission-denied']);

const outcomes = {
  none: '; nothing was written',
  unknown: '; it is not known whether this was written: read it before writing again',
};

/** Returns the last connection error of gRPC, without the text that OpenSSL and gRPC add. */
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

const unreachable: ErrorDescription = {
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
    describe: (where) => `${where} did not respond in time`,
  },
  {
    applies: detailsMatch(/alert (bad certificate|certificate|unknown ca|handshake)|certificate required/),
    code: 'unauthenticated',
    describe: (where, { tls }, { details }) =>
      `${where} rejects ${tls?.cert === undefined ? 'a client without a certificate' : "this client's certificate"} ` +
      `(${reasonOf(details)}): use a certificate of an authority that it trusts`,
  },
  {
    applies: detailsMatch(/certificate|altnames/),
    code: 'unauthenticated',
    describe: (where, _context, { details }) =>
      `the certificate of ${where} is not trusted (${reasonOf(details)}): it must be signed by the authority in ca.crt, ` +
      'for the host name in --etcd',
  },
  {
    applies: detailsMatch(/disconnected before secure TLS|wrong version number/),
    code: 'unavailable',
    describe: (where) => `${where} closes each connection during the TLS handshake: check that it serves TLS`,
  },
  {
    applies: detailsMatch(/Last error: Failed to connect/),
    code: 'unavailable',
    describe: (where, { tls }) =>
      `${where} accepts no connection${tls === undefined ? ': check whether it requires TLS (--etcd-certs)' : ''}`,
  },
  {
    applies: detailsMatch(/no leader/),
    code: 'unavailable',
    describe: (where) =>
      `${where} has no leader: make sure that more than half of its members run and reach each other`,
  },
  {
    applies: detailsMatch(/database space exceeded/),
    code: 'resource-exhausted',
    describe: (where) =>
      `${where} has no space left: compact and defragment it ("etcdctl compact", "etcdctl defrag"), or raise its ` +
      '--quota-backend-bytes; then "etcdctl alarm disarm"',
  },
  {
    applies: detailsMatch(/request is too large/),
    code: 'failed-precondition',
    describe: (where) =>
      `${where} rejects a transaction of this size: start it with --max-request-bytes=1572864 or more`,
  },
  {
    applies: detailsMatch(/too many operations/),
    code: 'failed-precondition',
    describe: (where) => `${where} rejects this number of operations: start it with --max-txn-ops=128 or more`,
  },
  {
    applies: detailsMatch(/authentication failed/),
    code: 'unauthenticated',
    describe: (where, { user }) => `${where} rejects the user "${user?.name ?? ''}": correct the name or the password`,
  },
  {
    applies: detailsMatch(/user name is empty/),
    code: 'unauthenticated',
    describe: (where) => `${where} requires a user and a password: pass --etcd-user and --etcd-password-file`,
  },
  {
    applies: ({ isLoggedOut }) => isLoggedOut,
    code: 'unauthenticated',
    describe: (where) => `${where} has dropped this login: retry`,
  },
  {
    applies: detailsMatch(/permission denied/),
    code: 'permission-denied',
    describe: (where, { user, prefix }) =>
      `${where} denies ${user === undefined ? 'this certificate' : `the user "${user.name}"`} the operation: ` +
      `grant it a role that may read and write all keys under ${prefix}`,
  },
  {
    applies: detailsMatch(/authentication is not enabled/),
    code: 'failed-precondition',
    describe: (where) => `${where} has authentication disabled: drop --etcd-user, or enable authentication`,
  },
  {
    applies: detailsMatch(/requested lease not found/),
    code: 'not-found',
    describe: (where) => `the lease has expired at ${where}: grant a new one`,
  },
];
