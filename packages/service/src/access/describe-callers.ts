// Describes what each caller receives from each method of a service with certificates, for the reference page.

import type { PeerRole, Role, ServiceRole } from '@pareto/rpc';
import { callers, requiresCertificate, type Callers } from './callers.js';

/** A caller by the certificate that it presents. A client's certificate has no role. */
export type Caller = 'no certificate' | 'client' | Role;

const presented: Readonly<Record<Caller, PeerRole>> = {
  'no certificate': undefined,
  client: 'unknown',
  operator: 'operator',
  viewer: 'viewer',
  controller: 'controller',
  router: 'router',
  worker: 'worker',
};

/** `no connection`: the service ends the connection of the caller in the handshake. */
export type CallOutcome = 'yes' | 'UNAUTHENTICATED' | 'PERMISSION_DENIED' | 'no connection';

/** Methods of every service that are not checked. */
const unchecked = [
  'grpc.health.v1.Health/Check',
  'grpc.health.v1.Health/List',
  'grpc.health.v1.Health/Watch',
  'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  'grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
];

export interface DescribedCall {
  readonly call: string;
  readonly outcomes: Readonly<Record<Caller, CallOutcome>>;
}

/** Returns the calls that a service offers, with the outcome for each caller. */
export const describeCallers = (service: ServiceRole): readonly DescribedCall[] =>
  [...Object.entries(callers[service]), ...unchecked.map((call) => [call, 'anyone'] as const)].map(
    ([call, allowed]) => ({
      call,
      outcomes: Object.fromEntries(
        Object.entries(presented).map(([caller, role]) => [caller, outcomeOf(service, allowed, role)]),
      ) as Record<Caller, CallOutcome>,
    }),
  );

function outcomeOf(service: ServiceRole, allowed: Callers, role: PeerRole): CallOutcome {
  if (role === undefined && requiresCertificate(service)) return 'no connection';
  if (allowed === 'anyone' || (role !== undefined && role !== 'unknown' && allowed.includes(role))) return 'yes';
  return role === undefined ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED';
}
