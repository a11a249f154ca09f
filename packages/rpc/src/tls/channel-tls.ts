// TLS of a channel: the certificate that it presents, and the servers that it accepts.

import { ChannelCredentials, experimental } from '@grpc/grpc-js';
import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import type { TlsSource } from './material.js';
import { describeRole, roleOf, type ServiceRole } from './role.js';

export interface ChannelTls {
  readonly source: TlsSource;
  /** Role that the server's certificate must have. If undefined, the certificate must match the host name instead. */
  readonly server?: ServiceRole | undefined;
}

type Listener = () => void;

/** Creates a provider from which grpc-js gets the current certificates whenever it connects. */
function createProvider(source: TlsSource): experimental.CertificateProvider {
  const subscriptions = new Map<unknown, Disposable>();
  const add = (key: unknown, notify: Listener): void => {
    subscriptions.set(key, source.onChange(notify));
    notify();
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
  /** Options to add to those of the client. */
  readonly options: Readonly<Record<string, string>>;
}

/** Returns the credentials and options of a channel to `address` (host:port). */
export function channelCredentials(address: string, tls: ChannelTls | undefined): ChannelCredentialOptions {
  if (tls === undefined) return { credentials: ChannelCredentials.createInsecure(), options: {} };
  const host = hostOf(address);
  const provider = createProvider(tls.source);
  const identity = tls.source.current.identity === undefined ? null : provider;
  const check = (_name: string, certificate: PeerCertificate): Error | undefined => checkServer(host, certificate, tls);
  return {
    credentials: experimental.createCertificateProviderChannelCredentials(provider, identity, {
      checkServerIdentity: check,
    }),
    // The server name in a handshake must not be an IP address.
    options: isIP(host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'pareto' },
  };
}

/** Returns the options of a TLS connection of HTTP/2 to `address` (host:port), with the current certificates. */
export function handshakeOptions(address: string, tls: ChannelTls): ConnectionOptions {
  const { ca, identity } = tls.source.current;
  const host = hostOf(address);
  return {
    ca,
    ...(identity !== undefined && { cert: identity.certificate, key: identity.key }),
    servername: isIP(host) === 0 ? host : 'pareto',
    checkServerIdentity: (_name, certificate) => checkServer(host, certificate, tls),
  };
}

/** Returns the host of host:port, without the brackets of an IPv6 address. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');

function checkServer(host: string, certificate: PeerCertificate, { server }: ChannelTls): Error | undefined {
  // Without alternative names, Node would compare the host with the subject.
  if (server === undefined) return checkServerIdentity(host, Object.assign({}, certificate, { subject: {} }));
  const role = roleOf(certificate.subjectaltname);
  if (role === server) return undefined;
  return new Error(`${host} presented ${describeRole(role)}, but ${describeRole(server)} was expected`);
}
