// Who may call what: the one table, and the guard that holds every call against it before its handler runs.
// Health and reflection are not in it: they are for all who can connect.

import { ParetoError } from '@pareto/core';
import type { Guard, Role, ServerCall, ServiceRole } from '@pareto/rpc';
import type { LogFields } from '@pareto/telemetry';

type Callers = 'anyone' | readonly Role[];

/** By the service that is called; a method's own line stands above its service's. What has no line is for nobody. */
const callers: Readonly<Record<ServiceRole, Readonly<Record<string, Callers>>>> = {
  controller: {
    'pareto.v1.Fleet/Join': ['worker'],
    'pareto.v1.Fleet': ['operator'],
    'pareto.v1.Routes': ['router'],
    'pareto.v1.Registry': ['operator'],
    // Workers fetch models, and bring what they made of them.
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

/** `path` is `/service/Method`. */
function callersOf(role: ServiceRole, path: string): Callers {
  const method = path.slice(1);
  return callers[role][method] ?? callers[role][method.slice(0, method.indexOf('/'))] ?? [];
}

/** How a call shows who makes it. */
export interface Authenticator {
  /** Undefined when the caller may call what these may. */
  denial(call: ServerCall, allowed: readonly Role[]): Denial | undefined;
  /** One of the cluster's own services calls. */
  isService(call: ServerCall): boolean;
}

interface Denial {
  readonly code: 'unauthenticated' | 'permission-denied';
  /** E.g. "the caller's certificate is a router's". */
  readonly because: string;
}

const notHere: Denial = { code: 'permission-denied', because: 'this service does not offer it' };

/** The guard of a service. */
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
      log('call refused', { peer: call.peer, method: path, reason: message });
      throw new ParetoError(denial.code, message);
    };
  };
}

const listRoles = (roles: readonly Role[]): string =>
  roles.length === 0 ? 'nobody' : roles.map((role) => `${role}s`).join(' and ');
