// An HTTP/1.1 server: plain, or with the certificates and the handshake of our gRPC servers.

import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  certifiedOn,
  contextOf,
  handshakeOptions,
  watchFailures,
  type Certified,
  type ServerTls,
} from './server-tls.js';

export interface WebServer extends Disposable {
  readonly server: Server;
  /** What the client on a connection showed that it is. */
  readonly certifiedOf: (socket: Socket) => Certified;
}

/** Takes up new certificates until it is disposed of. */
export function createWebServer(options: ServerOptions, tls: ServerTls | undefined): WebServer {
  if (tls === undefined) {
    return { server: createServer(options), certifiedOf: () => undefined, [Symbol.dispose]: () => undefined };
  }
  const certified = new WeakMap<Socket, Certified>();
  const server = createSecureServer({ ...options, ...handshakeOptions(tls), ...contextOf(tls.source) });
  watchFailures(server, tls);
  server.on('secureConnection', (socket: TLSSocket) => {
    const client = certifiedOn(socket, tls);
    if (client === 'refused') socket.destroy();
    else certified.set(socket, client);
  });
  const following = tls.source.onChange(() => server.setSecureContext(contextOf(tls.source)));
  return {
    server,
    certifiedOf: (socket) => certified.get(socket),
    [Symbol.dispose]: () => following[Symbol.dispose](),
  };
}
