// The guard, which checks the caller of every call before its handler runs. Health and reflection are not checked:
// every client that can connect may call them.

import { ParetoError } from '@pareto/core';
import { roleUri, type Guard, type Role, type CallHead, type ServiceRole } from '@pareto/rpc';
import type { LogFields } from '@pareto/telemetry';
import { callers } from './callers.js';

/** Identifies callers, by certificate or by token. */
export interface Authenticator {
  /** Returns why the caller has none of the allowed roles. Undefined if it has one. */
  denial(call: CallHead, allowed: readonly Role[]): Denial | undefined;
  /** Returns whether the caller is a service of the cluster. */
  isService(call: CallHead): boolean;
}

interface Denial {
  readonly code: 'unauthenticated' | 'permission-denied';
  /** Reason, e.g. "the caller presented a router's certificate". */
  readonly because: string;
}

type Log = (message: string, fields: LogFields) => void;

const notHere: Denial = { code: 'permission-denied', because: 'this service does not offer the method' };

/** Creates the guard of a service. It throws `unauthenticated` or `permission-denied`, and logs, if a call is not allowed. */
export function createGuard(role: ServiceRole, authenticator: Authenticator, log: Log): Guard {
  const rows = new Map(Object.entries(callers[role]));
  return (path) => {
    const method = path.slice(1);
    const allowed = rows.get(method) ?? [];
    return allowed === 'anyone' ? undefined : createCheck(method, allowed, authenticator, log);
  };
}

/** Creates the check of calls that only some roles may make. `what` names the calls in the error and in the log. */
export function createCheck(
  what: string,
  allowed: readonly Role[],
  authenticator: Authenticator,
  log: Log,
): (call: CallHead) => void {
  const expected = `${what} is for ${listRoles(allowed)}`;
  const advice = allowed.includes('operator') ? `; present a certificate with the URI ${roleUri('operator')}` : '';
  return (call) => {
    const denial = allowed.length === 0 ? notHere : authenticator.denial(call, allowed);
    if (denial === undefined) return;
    const message = `${expected}: ${denial.because}${advice}`;
    log('call rejected', { peer: call.peer, method: `/${what}`, reason: message });
    throw new ParetoError(denial.code, message);
  };
}

const listRoles = (roles: readonly Role[]): string =>
  roles.length === 0 ? 'no caller' : roles.map((role) => `${role}s`).join(' and ');
