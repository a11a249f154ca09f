// How a service shows the cluster who it is, and knows who calls it.

import type { Clock } from '@pareto/core';
import { describeRole, type ChannelOptions, type ServerCall, type ServerOptions, type ServiceRole } from '@pareto/rpc';
import type { Gauge, Logger } from '@pareto/telemetry';
import { createGuard, type Authenticator } from './callers.js';
import type { CertificateFolder } from './certificate-folder.js';
import { limitWarnings } from './limited-log.js';
import { tokenMetadata, tokenAuthenticator } from './token.js';

export interface Access {
  /** To be spread into the options of `createServer`: TLS, and the guard in front of every call. */
  readonly server: Pick<ServerOptions, 'guard' | 'tls'>;
  /** To be spread into the options of `createChannel`, for a channel to a service of that role. */
  channel(role: ServiceRole): Pick<ChannelOptions, 'metadata' | 'tls'>;
  /** One of the cluster's own services calls. */
  isService(call: ServerCall): boolean;
  /** Sets the seconds until this service's certificate ends; nothing without certificates. */
  observe(expiry: Gauge<'role'>): void;
}

export interface AccessOptions {
  /** Of this service. */
  readonly role: ServiceRole;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Without certificates: services know each other by the cluster's token, and whoever reaches the port is an operator. */
export function createTokenAccess(token: string, { role, clock, logger }: AccessOptions): Access {
  const authenticator = tokenAuthenticator(token);
  const warn = limitWarnings(logger, clock);
  const metadata = tokenMetadata(token);
  return {
    server: { guard: createGuard(role, authenticator, warn) },
    channel: () => ({ metadata }),
    isService: (call) => authenticator.isService(call),
    observe: () => undefined,
  };
}

/** With certificates: both ends of every connection between services show theirs, and the role in it is what counts. */
export function createCertificateAccess(folder: CertificateFolder, { role, clock, logger }: AccessOptions): Access {
  const warn = limitWarnings(logger, clock);
  return {
    server: {
      guard: createGuard(role, certificateAuthenticator, warn),
      tls: {
        source: folder,
        // Clients of a router need no certificate of ours.
        clientCertificate: role === 'router' ? 'optional' : 'required',
        onRejected: (peer, reason) => warn('connection refused', { peer, reason }),
      },
    },
    channel: (server) => ({ tls: { source: folder, server } }),
    isService: (call) => certificateAuthenticator.isService(call),
    observe: (expiry) => expiry.set((folder.endsAt - clock.wallMs()) / 1000, { role }),
  };
}

const certificateAuthenticator: Authenticator = {
  isService: ({ peerRole }) => peerRole !== undefined && peerRole !== 'unknown' && peerRole !== 'operator',
  denial({ peerRole }, allowed) {
    if (peerRole === undefined) return { code: 'unauthenticated', because: 'the caller shows no certificate' };
    const role = peerRole === 'unknown' ? undefined : peerRole;
    if (role !== undefined && allowed.includes(role)) return undefined;
    return { code: 'permission-denied', because: `the caller shows ${describeRole(role)}` };
  },
};
