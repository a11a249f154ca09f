// A server of HTTP/2 at the level of frames, over TCP or TLS. It passes each request to a handler as it arrives.

import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Clock } from '@pareto/core';
import { connectionWindowBytes, streamWindowBytes } from '../calls/http2-server.js';
import type { FrameConnection } from '../http2/frame-connection.js';
import type { FrameStream, StreamHandler } from '../http2/frame-stream.js';
import type { HeaderList } from '../http2/hpack/header-list.js';
import { connectionDefaults, runOnSocket } from '../http2/run-on-socket.js';

/**
 * Starts a request: its headers are complete, its data follows. Returns the handler of the stream; its `onHeaders` is not
 * called.
 */
export type RequestListener = (stream: FrameStream, headers: HeaderList) => StreamHandler;

export interface FrameServerOptions {
  /** Called for each connection. Returns the listener of its requests. */
  readonly accept: (socket: Socket) => RequestListener;
  /** Options of the TLS handshake. Plain text if undefined. */
  readonly tls?: TlsOptions;
  /** Maximum number of open requests of a connection. */
  readonly maxStreams: number;
  readonly clock?: Clock;
}

export interface FrameServer {
  /** Resolves with the port. */
  listen(host: string, port: number): Promise<number>;
  /** Accepts no more connections and requests. Resolves when the open requests have ended. */
  drain(): Promise<void>;
  /** Ends all connections. */
  close(): void;
}

export function createFrameServer(options: FrameServerOptions): FrameServer {
  const { tls } = options;
  const connections = new Map<Socket, FrameConnection>();
  const server = tls === undefined ? createTcpServer(run) : createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, runTls);
  // A failed handshake ends its own connection only.
  server.on('tlsClientError', () => undefined);

  function runTls(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') run(socket);
    else socket.destroy();
  }

  function run(socket: Socket): void {
    const { maxStreams, clock } = options;
    const onRequest = options.accept(socket);
    const connection = runOnSocket(socket, {
      ...connectionDefaults,
      ...(clock !== undefined && { clock }),
      role: 'server',
      maxStreams,
      windowBytes: streamWindowBytes,
      connectionWindowBytes,
      handler: { onRequest, onGoAway: ignore, onRoom: ignore, onDone: ignore, onFailed: ignore },
    });
    connections.set(socket, connection);
    socket.on('close', () => connections.delete(socket));
  }

  return {
    listen: (host, port) => listen(server, host, port),
    drain() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections.values()) connection.drain();
      return closed;
    },
    close() {
      server.close();
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}

const ignore = (): void => undefined;

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
