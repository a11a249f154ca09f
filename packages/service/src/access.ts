// How a service shows the cluster who it is, and knows who calls it.

import type { Clock } from '@pareto/core';
import type { ChannelOptions, ServerCall, ServerOptions } from '@pareto/rpc';
import type { Logger } from '@pareto/telemetry';
import { createGuard, type Role, type ServiceRole } from './callers.js';
import { limitWarnings } from './limited-log.js';
import { tokenMetadata, tokenProof } from './token.js';

export interface Access {
  /** To be spread into the options of `createServer`: the guard in front of every call. */
  readonly server: Pick<ServerOptions, 'guard'>;
  /** To be spread into the options of `createChannel`, for a channel to a service of that role. */
  channel(role: ServiceRole): Pick<ChannelOptions, 'metadata'>;
  /** One of the cluster's own services calls. */
  isService(call: ServerCall): boolean;
}

export interface AccessOptions {
  /** Of this service. */
  readonly role: ServiceRole;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Without certificates: services know each other by the cluster's token, and whoever reaches the port is an operator. */
export function createTokenAccess(token: string, { role, clock, logger }: AccessOptions): Access {
  const proof = tokenProof(token);
  const warn = limitWarnings(logger, clock);
  const metadata = tokenMetadata(token);
  return {
    server: {
      guard: createGuard(role, proof, ({ peer }, method, reason) => warn('call refused', { peer, method, reason })),
    },
    channel: (_role: Role) => ({ metadata }),
    isService: (call) => proof.isService(call),
  };
}
