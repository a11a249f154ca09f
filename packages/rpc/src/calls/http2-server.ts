// Adds to the HTTP/2 servers of gRPC for Node: receive windows, the limits of connections, streams and metadata, and the
// admission of calls.

import type {
  Http2SecureServer,
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
  ServerOptions,
} from 'node:http2';
import { createRequire } from 'node:module';
import { ServerCredentials, type Server } from '@grpc/grpc-js';
import { watchHandshakes, type TlsServerOptions } from '../tls/server-tls.js';
import { admitStream } from './admit-stream.js';
import type { Gate } from './incoming-call.js';
import { serveUnary } from './serve-unary.js';
import type { ServerStream } from './server-stream.js';
import type { UnaryMethod } from './services.js';
import { trackConnections, type TrackingOptions } from './track-connections.js';
import { isServable } from './unary-call.js';

/** Receive window of a stream. Node's default of 64 KB halves the throughput of large messages. */
export const streamWindowBytes: number = 1024 * 1024;
/** Receive window of a connection. */
export const connectionWindowBytes: number = 8 * 1024 * 1024;

export interface ServerGate extends Gate, TrackingOptions {
  /** Returns the method if its calls are not served by gRPC for Node. */
  readonly rawMethodOf: (path: string) => UnaryMethod | undefined;
}

interface Factories {
  createServer: (options: ServerOptions) => Http2Server;
  createSecureServer: (options: TlsServerOptions) => Http2SecureServer;
}

// grpc-js reads these functions from this object when it binds. There is no other way to pass it settings.
const http2 = createRequire(import.meta.url)('node:http2') as Factories;
const { createServer, createSecureServer } = http2;

function extended(gate: ServerGate): Factories {
  const { streams, metadataBytes } = gate.limiter.limits;
  const withLimits = <O extends ServerOptions>(options: O): O => ({
    ...options,
    settings: {
      ...options.settings,
      initialWindowSize: streamWindowBytes,
      // Clients learn this limit, and some check it themselves. A single value over 64 KiB closes the connection.
      maxHeaderListSize: metadataBytes,
      maxConcurrentStreams: streams,
    },
    // Each entry counts at least 32 bytes. Node's default is 128 entries of any size.
    maxHeaderListPairs: metadataBytes / 32,
  });
  function prepare<S extends Http2Server | Http2SecureServer>(server: S): S {
    const connectionOf = trackConnections(server, gate.limiter, gate);
    server.on('session', (session: ServerHttp2Session) => session.setLocalWindowSize(connectionWindowBytes));
    const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
    const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, ...rest: readonly unknown[]): void => {
      // An error without a listener would end the process. gRPC for Node does not get every stream.
      stream.on('error', () => undefined);
      const { session } = stream;
      const connection = session && connectionOf(session);
      if (connection === undefined) return void stream.destroy();
      const call = admitStream(stream, headers, connection, gate);
      if (call === undefined) return;
      call.start(() => {
        if (stream.destroyed) return;
        const method = gate.rawMethodOf(String(headers[':path']));
        const isRaw = method !== undefined && isServable(headers['content-type'], headers['grpc-timeout']);
        if (isRaw) serveUnary(stream, headers, call, method);
        else emit('stream', stream, headers, ...rest);
      });
    };
    server.emit = (event: string, ...args: unknown[]) => {
      if (event !== 'stream') return emit(event, ...args);
      onStream(...(args as Parameters<typeof onStream>));
      return true;
    };
    return server;
  }
  return {
    createServer: (options) => prepare(createServer(withLimits(options))),
    createSecureServer(options) {
      const server = prepare(createSecureServer(withLimits(options)));
      watchHandshakes(server, options);
      return server;
    },
  };
}

let bound: Promise<unknown> = Promise.resolve();

/**
 * Returns a function that passes streams to the handlers of a server of gRPC for Node. The server receives nothing else, and
 * needs no port.
 */
export function injectStreams(server: Server): (stream: ServerStream, headers: IncomingHttpHeaders) => void {
  const { createServer: current } = http2;
  let created: Http2Server | undefined;
  http2.createServer = (options) => (created = createServer(options));
  try {
    server.createConnectionInjector(ServerCredentials.createInsecure());
  } finally {
    http2.createServer = current;
  }
  return (stream, headers) => void created?.emit('stream', stream, headers, 0, []);
}

/**
 * Runs `bind`, in which gRPC for Node creates its HTTP/2 server, and applies the gate and the settings of this file to
 * that server. Servers bind one after the other.
 */
export function withGate<T>(gate: ServerGate, bind: () => Promise<T>): Promise<T> {
  const binding = bound.then(async () => {
    Object.assign(http2, extended(gate));
    try {
      return await bind();
    } finally {
      Object.assign(http2, { createServer, createSecureServer });
    }
  });
  bound = binding.catch(() => undefined);
  return binding;
}
