// A failed call to etcd, told to people: what was wrong, what was expected, what to do.

import { ParetoError, type ErrorCode } from '@pareto/core';
import type { EtcdAccess } from './client.js';
import { isCallError, type CallError } from './call-error.js';

interface Scene extends EtcdAccess {
  readonly prefix: string;
}

/** `asked` is what the call was: a read has no effect, whatever became of it. */
export function explain(error: unknown, scene: Scene, asked: 'read' | 'write'): unknown {
  if (!isCallError(error)) return error;
  const told = findings.find(({ pattern }) => pattern.test(error.details));
  const where = `etcd at ${scene.endpoints.join(',')}`;
  const outcome = asked === 'read' ? '' : outcomes[error.effect];
  if (told !== undefined) return new ParetoError(told.code, `${told.say(where, scene)}${outcome}`, { cause: error });
  if (error.elsewhere) {
    return new ParetoError('unavailable', `${where} ${unreachable(error)}${outcome}`, { cause: error });
  }
  return new ParetoError('internal', `${where} failed: ${error.message}${outcome}`, { cause: error });
}

const outcomes = {
  none: '; nothing was written',
  unknown: '; it is not known whether this was written: look before writing it again',
};

function unreachable({ code, details }: CallError): string {
  if (code === 'DEADLINE_EXCEEDED' || details.includes('timed out')) return 'did not answer in time';
  const reason = /Last error: (?:Error: )?(.*?)(?: \(.*|\. Resolution note.*)?$/s.exec(details)?.[1] ?? details;
  return `can't be reached (${reason})`;
}

interface Finding {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly say: (where: string, scene: Scene) => string;
}

const findings: readonly Finding[] = [
  {
    pattern: /no leader/,
    code: 'unavailable',
    say: (where) => `${where} has no leader: more than half of its members must run and reach each other`,
  },
  {
    pattern: /database space exceeded/,
    code: 'resource-exhausted',
    say: (where) =>
      `${where} has no room left: compact and defragment it ("etcdctl compact", "etcdctl defrag"), or raise its ` +
      '--quota-backend-bytes; then "etcdctl alarm disarm"',
  },
  {
    pattern: /request is too large/,
    code: 'failed-precondition',
    say: (where) => `${where} refuses a transaction of this size: start it with --max-request-bytes=1572864 or more`,
  },
  {
    pattern: /too many operations/,
    code: 'failed-precondition',
    say: (where) => `${where} refuses that many operations: start it with --max-txn-ops=128 or more`,
  },
  {
    pattern: /authentication failed/,
    code: 'unauthenticated',
    say: (where, { user }) => `${where} refuses the user "${user?.name ?? ''}": wrong name or password`,
  },
  {
    pattern: /user name is empty/,
    code: 'unauthenticated',
    say: (where) => `${where} wants a user and a password: none was given`,
  },
  {
    pattern: /invalid auth token/,
    code: 'unauthenticated',
    say: (where) => `${where} doesn't know this login any more: try again`,
  },
  {
    pattern: /permission denied/,
    code: 'permission-denied',
    say: (where, { user, prefix }) =>
      `${where} lets ${user === undefined ? 'this certificate' : `the user "${user.name}"`} not do this: ` +
      `grant it a role that may read and write all keys under ${prefix}`,
  },
  {
    pattern: /authentication is not enabled/,
    code: 'failed-precondition',
    say: (where) => `${where} has no authentication enabled: give no user, or enable it`,
  },
  {
    pattern: /requested lease not found/,
    code: 'not-found',
    say: (where) => `the lease has ended at ${where}: grant another`,
  },
];
