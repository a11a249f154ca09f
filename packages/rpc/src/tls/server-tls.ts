// TLS of a server: accepts or rejects clients in the handshake, and reads their identities once per connection.

import { constants } from 'node:crypto';
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

const handshakeTimeoutMs = 10_000;

const contextOf = ({ current }: TlsSource): SecureContextOptions => ({
  ca: current.ca,
  cert: current.identity?.certificate,
  key: current.identity?.key,
  minVersion: 'TLSv1.2',
  // A resumed session would not verify the client's certificate again.
  secureOptions: constants.SSL_OP_NO_TICKET,
});

/** Returns the options of a server of any protocol. */
export const tlsOptions = (tls: ServerTls): TlsOptions => ({
  ...contextOf(tls.source),
  requestCert: true,
  rejectUnauthorized: tls.clientCertificate === 'required',
  handshakeTimeout: handshakeTimeoutMs,
});

/** Applies replaced certificates to a server until it closes, and reports failed handshakes. */
export function watchServer(server: TlsServer, tls: ServerTls): void {
  const replaced = tls.source.onChange(() => server.setSecureContext(contextOf(tls.source)));
  server.on('close', () => replaced[Symbol.dispose]());
  server.prependListener('connection', (socket: Socket) => void peers.set(socket, peerOf(socket)));
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    const reason = describeHandshake(error, socket);
    if (reason !== undefined) tls.onRejected(peerBehind(socket), reason);
  });
}

/** The client of a connection, from its certificate. */
export interface PeerIdentity {
  readonly role: Role | 'unknown';
  readonly subject: string;
}

/** Returns e.g. `ada` of `O=Example\nCN=ada`. */
const nameIn = (subject = ''): string => /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');

/** Rejects a client that did not agree on HTTP/2 in the handshake. */
export function rejectProtocol(socket: TLSSocket, tls: ServerTls): void {
  tls.onRejected(peerOf(socket), 'the client does not support HTTP/2');
  socket.destroy();
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
