// TLS of a server: accepts or rejects clients in the handshake, and reads their identities once per connection.

import { ServerCredentials } from '@grpc/grpc-js';
import { constants } from 'node:crypto';
import type { Http2SecureServer, Http2Session, SecureServerOptions, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { SecureContextOptions, Server as TlsServer, TlsOptions, TLSSocket } from 'node:tls';
import { formatAddress } from '../transport/options.js';
import { describeHandshake, describeVerification } from './handshake-errors.js';
import type { TlsSource } from './material.js';
import { roleOf, type Role } from './role.js';

export interface ServerTls {
  readonly source: TlsSource;
  /** `optional` accepts clients without a certificate. A certificate from another authority is always rejected. */
  readonly clientCertificate: 'required' | 'optional';
  /** Called with the reason of each rejected connection, for the log. The peer receives less detail. */
  readonly onRejected: (peer: string, reason: string) => void;
}

/** Role in a client's certificate. `unknown` if the certificate has no role, undefined if there is no certificate. */
export type PeerRole = Role | 'unknown' | undefined;

const tlsKey: unique symbol = Symbol('tls of a server');
/** Options that grpc-js passes to `http2.createSecureServer`, with a property of ours that it ignores. */
export type TlsServerOptions = SecureServerOptions & { readonly [tlsKey]?: ServerTls };

const handshakeTimeoutMs = 10_000;

export const contextOf = ({ current }: TlsSource): SecureContextOptions => ({
  ca: current.ca,
  cert: current.identity?.certificate,
  key: current.identity?.key,
  minVersion: 'TLSv1.2',
  // A resumed session would not verify the client's certificate again.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** Returns the handshake options of a server of any protocol. */
export const handshakeOptions = (tls: ServerTls): TlsOptions => ({
  requestCert: true,
  rejectUnauthorized: tls.clientCertificate === 'required',
  handshakeTimeout: handshakeTimeoutMs,
});

const serverOptions = (tls: ServerTls): TlsServerOptions => ({ ...handshakeOptions(tls), [tlsKey]: tls });

class ReplaceableCredentials extends ServerCredentials {
  readonly #source: TlsSource;
  #subscription: Disposable | undefined;

  constructor(tls: ServerTls) {
    super(serverOptions(tls), contextOf(tls.source));
    this.#source = tls.source;
  }

  override _addWatcher(watcher: Parameters<ServerCredentials['_addWatcher']>[0]): void {
    super._addWatcher(watcher);
    this.#subscription ??= this.#source.onChange(() => this.updateSecureContextOptions(contextOf(this.#source)));
  }

  override _removeWatcher(watcher: Parameters<ServerCredentials['_removeWatcher']>[0]): void {
    super._removeWatcher(watcher);
    if (this.getWatcherCount() > 0) return;
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

export const serverCredentials = (tls: ServerTls | undefined): ServerCredentials =>
  tls === undefined ? ServerCredentials.createInsecure() : new ReplaceableCredentials(tls);

/** The client of a connection, from its certificate. */
export interface PeerIdentity {
  readonly role: Role | 'unknown';
  readonly subject: string;
}

const identities = new WeakMap<Http2Session, PeerIdentity>();

export const peerRoleOf = (session: Http2Session | undefined): PeerRole =>
  session === undefined ? undefined : identities.get(session)?.role;

/** Returns the common name in a client's certificate, or else its whole subject. Undefined without a certificate. */
export const peerSubjectOf = (session: Http2Session | undefined): string | undefined =>
  session === undefined ? undefined : identities.get(session)?.subject;

/** Returns e.g. `ada` of `O=Example\nCN=ada`. */
const nameIn = (subject = ''): string => /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');

/** Rejects clients that may not connect, and stores the identities of the others. */
export function watchHandshakes(server: Http2SecureServer, options: TlsServerOptions): void {
  const tls = options[tlsKey];
  if (tls === undefined) return;
  server.on('session', (session) => identifyPeer(session, tls));
  watchFailures(server, tls);
  server.on('unknownProtocol', (socket: TLSSocket) => rejectProtocol(socket, tls));
}

/** Rejects a client that did not agree on HTTP/2 in the handshake. */
export function rejectProtocol(socket: TLSSocket, tls: ServerTls): void {
  tls.onRejected(peerOf(socket), 'the client does not support HTTP/2');
  socket.destroy();
}

/** Reports failed handshakes. */
export function watchFailures(server: TlsServer, tls: ServerTls): void {
  server.prependListener('connection', (socket: Socket) => void peers.set(socket, peerOf(socket)));
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    const reason = describeHandshake(error, socket);
    if (reason !== undefined) tls.onRejected(peerBehind(socket), reason);
  });
}

function identifyPeer(session: ServerHttp2Session, tls: ServerTls): void {
  const peer = readPeer(session.socket as TLSSocket, tls);
  if (peer === 'rejected') session.destroy();
  else if (peer !== undefined) identities.set(session, peer);
}

/**
 * Returns the client of a connection. If its certificate is invalid, reports that and returns `rejected`. Undefined if the
 * client presented no certificate.
 */
export function readPeer(socket: TLSSocket, tls: ServerTls): PeerIdentity | 'rejected' | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  if (socket.authorized)
    return { role: roleOf(certificate.subjectAltName) ?? 'unknown', subject: nameIn(certificate.subject) };
  tls.onRejected(peerOf(socket), describeVerification(String(socket.authorizationError)));
  return 'rejected';
}

/** Peers by socket, from the start of the connection: a socket that Node has closed has no peer address. */
const peers = new WeakMap<Socket, string>();

const peerOf = ({ remoteAddress = 'unknown', remotePort }: Socket): string =>
  remoteAddress === 'unknown' ? remoteAddress : formatAddress(remoteAddress, remotePort ?? 0);

const peerBehind = (socket: TLSSocket): string => peers.get(plainSocketOf(socket)) ?? peerOf(socket);

/** Returns the socket on which a connection arrived, before its handshake. */
export const plainSocketOf = (socket: Socket & { readonly _parent?: Socket }): Socket => socket._parent ?? socket;
