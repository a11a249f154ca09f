// An HTTP/1.1 server, in plain text or with the certificates and the handshake of the gRPC servers.

import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { readPeer, tlsOptions, watchServer, type PeerRole, type ServerTls } from './server-tls.js';

export interface WebServer {
  readonly server: Server;
  /** Returns the role of the client of a connection. */
  readonly peerRoleOf: (socket: Socket) => PeerRole;
}

/** Creates a server, which applies replaced certificates until it closes. */
export function createWebServer(options: ServerOptions, tls: ServerTls | undefined): WebServer {
  if (tls === undefined) return { server: createServer(options), peerRoleOf: () => undefined };
  const peerRoles = new WeakMap<Socket, PeerRole>();
  const server = createSecureServer({ ...options, ...tlsOptions(tls) });
  watchServer(server, tls);
  server.on('secureConnection', (socket: TLSSocket) => {
    const peer = readPeer(socket, tls);
    if (peer === 'rejected') socket.destroy();
    else peerRoles.set(socket, peer?.role);
  });
  return { server, peerRoleOf: (socket) => peerRoles.get(socket) };
}
