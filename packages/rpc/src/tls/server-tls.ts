// TLS of a server: which clients the handshake lets in, and who they are, found out once a connection.

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
  /** `optional` lets clients in that show no certificate; one of another authority is refused either way. */
  readonly clientCertificate: 'required' | 'optional';
  /** Told of every connection that was refused, and why: for the log, the peer learns less. */
  readonly onRejected: (peer: string, reason: string) => void;
}

/** What the certificate of a connection's client says it is; `unknown`: none of our roles, undefined: it showed none. */
export type PeerRole = Role | 'unknown' | undefined;

const tlsKey: unique symbol = Symbol('tls of a server');
/** The options that grpc-js hands to `http2.createSecureServer`, with what it carries along unseen. */
export type TlsServerOptions = SecureServerOptions & { readonly [tlsKey]?: ServerTls };

const handshakeTimeoutMs = 10_000;

export const contextOf = ({ current }: TlsSource): SecureContextOptions => ({
  ca: current.ca,
  cert: current.identity?.certificate,
  key: current.identity?.key,
  minVersion: 'TLSv1.2',
  // A resumed session would not look at the client's certificate again.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** How a server of any protocol shakes hands. */
export const handshakeOptions = (tls: ServerTls): TlsOptions => ({
  requestCert: true,
  rejectUnauthorized: tls.clientCertificate === 'required',
  handshakeTimeout: handshakeTimeoutMs,
});

const serverOptions = (tls: ServerTls): TlsServerOptions => ({ ...handshakeOptions(tls), [tlsKey]: tls });

class ReplaceableCredentials extends ServerCredentials {
  readonly #source: TlsSource;
  #following: Disposable | undefined;

  constructor(tls: ServerTls) {
    super(serverOptions(tls), contextOf(tls.source));
    this.#source = tls.source;
  }

  override _addWatcher(watcher: Parameters<ServerCredentials['_addWatcher']>[0]): void {
    super._addWatcher(watcher);
    this.#following ??= this.#source.onChange(() => this.updateSecureContextOptions(contextOf(this.#source)));
  }

  override _removeWatcher(watcher: Parameters<ServerCredentials['_removeWatcher']>[0]): void {
    super._removeWatcher(watcher);
    if (this.getWatcherCount() > 0) return;
    this.#following?.[Symbol.dispose]();
    this.#following = undefined;
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

export const serverCredentials = (tls: ServerTls | undefined): ServerCredentials =>
  tls === undefined ? ServerCredentials.createInsecure() : new ReplaceableCredentials(tls);

const peerRoles = new WeakMap<Http2Session, Role | 'unknown'>();

export const peerRoleOf = (session: Http2Session | undefined): PeerRole =>
  session === undefined ? undefined : peerRoles.get(session);

/** Refuses who may not connect, and remembers who did. */
export function watchHandshakes(server: Http2SecureServer, options: TlsServerOptions): void {
  const tls = options[tlsKey];
  if (tls === undefined) return;
  server.on('session', (session) => identifyPeer(session, tls));
  watchFailures(server, tls);
  server.on('unknownProtocol', (socket: TLSSocket) => {
    tls.onRejected(peerOf(socket), 'it speaks TLS, but not HTTP/2');
    socket.destroy();
  });
}

/** Tells of handshakes that fail. */
export function watchFailures(server: TlsServer, tls: ServerTls): void {
  server.prependListener('connection', (socket: Socket) => void peers.set(socket, peerOf(socket)));
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    const reason = describeHandshake(error, socket);
    if (reason !== undefined) tls.onRejected(peerBehind(socket), reason);
  });
}

function identifyPeer(session: ServerHttp2Session, tls: ServerTls): void {
  const role = readPeerRole(session.socket as TLSSocket, tls);
  if (role === 'rejected') session.destroy();
  else if (role !== undefined) peerRoles.set(session, role);
}

/** What the client on a connection is; `refused`: by a certificate that doesn't hold, and that was told. */
export function readPeerRole(socket: TLSSocket, tls: ServerTls): PeerRole | 'rejected' {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  if (socket.authorized) return roleOf(certificate.subjectAltName) ?? 'unknown';
  tls.onRejected(peerOf(socket), describeVerification(String(socket.authorizationError)));
  return 'rejected';
}

/** Of connections as they came in: a socket that Node has closed by itself no longer knows its peer. */
const peers = new WeakMap<Socket, string>();

const peerOf = ({ remoteAddress = 'unknown', remotePort }: Socket): string =>
  remoteAddress === 'unknown' ? remoteAddress : formatAddress(remoteAddress, remotePort ?? 0);

function peerBehind(socket: TLSSocket): string {
  const { _parent: plain } = socket as TLSSocket & { readonly _parent?: Socket };
  return (plain === undefined ? undefined : peers.get(plain)) ?? peerOf(socket);
}
