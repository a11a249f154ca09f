// TLS of a channel: what it shows, and which servers it speaks to.

import { ChannelCredentials, experimental } from '@grpc/grpc-js';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsSource } from './material.js';
import { describeRole, roleOf, type ServiceRole } from './role.js';

export interface ChannelTls {
  readonly source: TlsSource;
  /** The service that must answer, known by its certificate; left out: it is known by its host's name. */
  readonly server?: ServiceRole | undefined;
}

type Listener = () => void;

/** grpc-js asks for the present material whenever it connects. */
function createProvider(source: TlsSource): experimental.CertificateProvider {
  const subscriptions = new Map<unknown, Disposable>();
  const add = (key: unknown, tell: Listener): void => {
    subscriptions.set(key, source.onChange(tell));
    tell();
  };
  const remove = (key: unknown): void => {
    subscriptions.get(key)?.[Symbol.dispose]();
    subscriptions.delete(key);
  };
  return {
    addCaCertificateListener: (listener) => add(listener, () => listener({ caCertificate: source.current.ca })),
    removeCaCertificateListener: remove,
    addIdentityCertificateListener: (listener) =>
      add(listener, () => {
        const { identity } = source.current;
        listener(identity === undefined ? null : { certificate: identity.certificate, privateKey: identity.key });
      }),
    removeIdentityCertificateListener: remove,
  };
}

export interface ChannelCredentialOptions {
  readonly credentials: ChannelCredentials;
  /** To be spread into a client's options. */
  readonly options: Readonly<Record<string, string>>;
}

/** What a channel to `address` (host:port) is made with. */
export function channelCredentials(address: string, tls: ChannelTls | undefined): ChannelCredentialOptions {
  if (tls === undefined) return { credentials: ChannelCredentials.createInsecure(), options: {} };
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const provider = createProvider(tls.source);
  const identity = tls.source.current.identity === undefined ? null : provider;
  const check = (_name: string, certificate: PeerCertificate): Error | undefined => checkServer(host, certificate, tls);
  return {
    credentials: experimental.createCertificateProviderChannelCredentials(provider, identity, {
      checkServerIdentity: check,
    }),
    // An address is no name that a handshake may ask for.
    options: isIP(host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'pareto' },
  };
}

function checkServer(host: string, certificate: PeerCertificate, { server }: ChannelTls): Error | undefined {
  // Node would take the subject for a name where there are no others.
  if (server === undefined) return checkServerIdentity(host, Object.assign({}, certificate, { subject: {} }));
  const role = roleOf(certificate.subjectaltname);
  if (role === server) return undefined;
  return new Error(`${host} shows ${describeRole(role)}, and ${describeRole(server)} was expected`);
}
