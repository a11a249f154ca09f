// A server of HTTP/2 at the level of frames, over TCP or TLS. It passes each request to a handler as it arrives.

import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { systemClock, type Clock, type ParetoError } from '@pareto/core';
import {
  connectionDefaults,
  ConnectionError,
  connectionWindowBytes,
  errorCodes,
  type FrameConnection,
  type FrameStream,
  type HeaderList,
  runOnSocket,
  type StreamHandler,
  streamWindowBytes,
} from '@pareto/http2';
import type { CallBytes } from '../limits/byte-budget.js';
import type { Limiter } from '../limits/limiter.js';
import { rejectProtocol, tlsOptions, watchServer, type ServerTls } from '../tls/server-tls.js';

/**
 * Starts a request: its headers are complete, its data follows. Returns the handler of the stream; its `onHeaders` is not
 * called.
 */
export type RequestListener = (stream: FrameStream, headers: HeaderList) => StreamHandler;

export interface FrameServerOptions {
  /** Called for each connection, after its handshake. Returns the listener of its requests. */
  readonly accept: (socket: Socket, connection: FrameConnection) => RequestListener;
  /** Called for each connection, before its handshake. */
  readonly onSocket?: (socket: Socket) => void;
  /** Plain text if undefined. */
  readonly tls?: ServerTls | undefined;
  /** Maximum number of open requests of a connection. */
  readonly maxStreams: number;
  /** Maximum size of the headers of a request, as HTTP/2 counts it. */
  readonly maxHeaderListBytes?: number;
  /** Counts what waits for clients that do not read. It is not counted if undefined. */
  readonly limiter?: Limiter;
  readonly clock?: Clock;
}

export interface FrameServer {
  /** Resolves with the port. */
  listen(host: string, port: number): Promise<number>;
  /**
   * Sends GOAWAY to the connected clients, so that they connect again, and lets their requests finish. Accepts further
   * connections.
   */
  shed(): void;
  /** Accepts no more connections and requests. Resolves when the open requests have ended. */
  drain(): Promise<void>;
  /** Ends all connections. */
  close(): void;
}

export function createFrameServer(options: FrameServerOptions): FrameServer {
  const { tls, onSocket = ignore, accept, maxStreams } = options;
  const { maxHeaderListBytes = connectionDefaults.maxHeaderListBytes, clock = systemClock, limiter } = options;
  const connections = new Set<FrameConnection>();
  const server = createNetServer(tls, onSocket, run);

  function run(socket: Socket): void {
    const connection = runOnSocket(socket, {
      ...connectionDefaults,
      role: 'server',
      clock,
      maxStreams,
      maxHeaderListBytes,
      windowBytes: streamWindowBytes,
      connectionWindowBytes,
      onUnsent: (bytes) => count?.(bytes),
      handler: {
        onRequest: (stream, headers) => listener(stream, headers),
        ...{ onGoAway: ignore, onRoom: ignore, onDone: ignore, onFailed: ignore },
      },
    });
    const count = limiter && countUnsent(connection, limiter);
    const listener = accept(socket, connection);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  }

  const shed = (): void => {
    for (const connection of connections) connection.drain();
  };
  return {
    listen: (host, port) => listen(server, host, port),
    shed,
    drain() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      shed();
      return closed;
    },
    close() {
      server.close();
      for (const connection of connections)
        connection.fail(new ConnectionError(errorCodes.noError, 'the server closes'));
    },
  };
}

/**
 * Returns a function that takes the number of bytes that wait for the client of a connection. They count as those of a call
 * that waits for it.
 */
function countUnsent(connection: FrameConnection, limiter: Limiter): (bytes: number) => void {
  let counted: CallBytes | undefined;
  let held = 0;
  const end = (error: ParetoError): void => {
    limiter.count(error);
    connection.fail(new ConnectionError(errorCodes.enhanceYourCalm, 'the client does not read replies'));
  };
  return (bytes) => {
    const added = bytes - held;
    held = bytes;
    if (bytes > 0) counted ??= limiter.bytes.open(connection, end);
    if (added > 0) counted?.take(added, true);
    else counted?.release(-added);
    if (bytes > 0) return;
    counted?.[Symbol.dispose]();
    counted = undefined;
  };
}

const ignore = (): void => undefined;

type OnSocket = (socket: Socket) => void;

/** Creates a server that calls `run` with each connection after its handshake. */
function createNetServer(tls: ServerTls | undefined, onSocket: OnSocket, run: OnSocket): Server {
  if (tls === undefined) return createTcpServer(onSocket).on('connection', run);
  const server = createTlsServer({ ...tlsOptions(tls), ALPNProtocols: ['h2'] }, (socket) => {
    if (socket.alpnProtocol === 'h2') run(socket);
    else rejectProtocol(socket, tls);
  });
  watchServer(server, tls);
  return server.on('connection', onSocket);
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
