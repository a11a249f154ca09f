// How a service authenticates to other services and identifies its callers: by certificates or by the cluster token.

import type { Clock } from '@pareto/core';
import {
  describeRole,
  isServiceRole,
  type CallHead,
  type ChannelOptions,
  type ServerOptions,
  type ServiceRole,
} from '@pareto/rpc';
import type { ExpiryGauge, Logger } from '@pareto/telemetry';
import { readers, requiresCertificate } from './callers.js';
import type { CertificateFolder } from './certificate-folder.js';
import { createCheck, createGuard, type Authenticator } from './guard.js';
import { limitWarnings } from '../limits/limited-log.js';
import { tokenMetadata, tokenAuthenticator } from './token.js';

export interface Access {
  /** Options of `createServer`: TLS, and the guard that checks every call. */
  readonly server: Pick<ServerOptions, 'guard' | 'tls'>;
  /** Returns options of `createChannel` for a channel to a service of this role. */
  channel(role: ServiceRole): Pick<ChannelOptions, 'metadata' | 'tls'>;
  /** Returns whether the caller is a service of the cluster. */
  isService(call: CallHead): boolean;
  /**
   * Throws `unauthenticated` or `permission-denied`, and logs, unless the caller is an operator or a viewer. `what` names the call.
   * Without certificates, every caller is an operator.
   */
  requireReader(call: CallHead, what: string): void;
  /** Sets the gauge to the seconds until this service's certificate expires. Does nothing without certificates. */
  observe(expiry: ExpiryGauge): void;
}

export interface AccessOptions {
  /** Role of this service. */
  readonly role: ServiceRole;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Creates access without certificates: services present the cluster token, and every other caller is an operator. */
export function createTokenAccess(token: string, { role, clock, logger }: AccessOptions): Access {
  const authenticator = tokenAuthenticator(token);
  const warn = limitWarnings(logger, clock);
  const metadata = tokenMetadata(token);
  return {
    server: { guard: createGuard(role, authenticator, warn) },
    channel: () => ({ metadata }),
    isService: (call) => authenticator.isService(call),
    requireReader: () => undefined,
    observe: () => undefined,
  };
}

/** Creates access by mutual TLS: the role in a caller's certificate determines which methods it may call. */
export function createCertificateAccess(folder: CertificateFolder, { role, clock, logger }: AccessOptions): Access {
  const warn = limitWarnings(logger, clock);
  return {
    server: {
      guard: createGuard(role, certificateAuthenticator, warn),
      tls: {
        source: folder,
        clientCertificate: requiresCertificate(role) ? 'required' : 'optional',
        onRejected: (peer, reason) => warn('connection rejected', { peer, reason }),
      },
    },
    channel: (server) => ({ tls: { source: folder, server } }),
    isService: (call) => certificateAuthenticator.isService(call),
    requireReader: (call, what) => createCheck(what, readers, certificateAuthenticator, warn)(call),
    observe: (expiry) => expiry.set((folder.endsAt - clock.wallMs()) / 1000, { role }),
  };
}

const certificateAuthenticator: Authenticator = {
  isService: ({ peerRole }) => isServiceRole(peerRole),
  denial({ peerRole }, allowed) {
    if (peerRole === undefined) return { code: 'unauthenticated', because: 'the caller presented no certificate' };
    const role = peerRole === 'unknown' ? undefined : peerRole;
    if (role !== undefined && allowed.includes(role)) return undefined;
    return { code: 'permission-denied', because: `the caller presented ${describeRole(role)}` };
  },
};
