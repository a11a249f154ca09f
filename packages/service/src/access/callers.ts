// The table of the roles that may call each method, and the guard that checks every call before its handler runs.
// Health and reflection are not in the table: every client that can connect may call them.

import { ParetoError } from '@pareto/core';
import type { Guard, Role, ServerCall, ServiceRole } from '@pareto/rpc';
import type { LogFields } from '@pareto/telemetry';

type Callers = 'anyone' | readonly Role[];

/** Allowed callers by the called service. A method's entry overrides its service's. A method without an entry is denied. */
const callers: Readonly<Record<ServiceRole, Readonly<Record<string, Callers>>>> = {
  controller: {
    'pareto.v1.Fleet/Join': ['worker'],
    'pareto.v1.Fleet': ['operator'],
    'pareto.v1.Routes': ['router'],
    'pareto.v1.Registry': ['operator'],
    // Workers download models and upload the files that they generate.
    'pareto.v1.Blobs': ['worker', 'operator'],
  },
  worker: {
    'inference.GRPCInferenceService': ['router'],
    'pareto.v1.Execution': ['router'],
  },
  router: {
    'inference.GRPCInferenceService': 'anyone',
    'pareto.v1.Inference': 'anyone',
  },
};

/** Returns the allowed callers of a path `/service/Method`. */
function callersOf(role: ServiceRole, path: string): Callers {
  const method = path.slice(1);
  return callers[role][method] ?? callers[role][method.slice(0, method.indexOf('/'))] ?? [];
}

/** Identifies callers, by certificate or by token. */
export interface Authenticator {
  /** Returns why the caller has none of the allowed roles. Undefined if it has one. */
  denial(call: ServerCall, allowed: readonly Role[]): Denial | undefined;
  /** Returns whether the caller is a service of the cluster. */
  isService(call: ServerCall): boolean;
}

interface Denial {
  readonly code: 'unauthenticated' | 'permission-denied';
  /** Reason, e.g. "the caller presented a router's certificate". */
  readonly because: string;
}

const notHere: Denial = { code: 'permission-denied', because: 'this service does not offer the method' };

/** Creates the guard of a service. It throws `unauthenticated` or `permission-denied`, and logs, if a call is not allowed. */
export function createGuard(
  role: ServiceRole,
  authenticator: Authenticator,
  log: (message: string, fields: LogFields) => void,
): Guard {
  return (path) => {
    const allowed = callersOf(role, path);
    if (allowed === 'anyone') return undefined;
    const expected = `${path.slice(1)} is for ${listRoles(allowed)}`;
    return (call) => {
      const denial = allowed.length === 0 ? notHere : authenticator.denial(call, allowed);
      if (denial === undefined) return;
      const message = `${expected}: ${denial.because}`;
      log('call rejected', { peer: call.peer, method: path, reason: message });
      throw new ParetoError(denial.code, message);
    };
  };
}

const listRoles = (roles: readonly Role[]): string =>
  roles.length === 0 ? 'no caller' : roles.map((role) => `${role}s`).join(' and ');
