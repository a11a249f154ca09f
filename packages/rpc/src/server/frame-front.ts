// A gRPC server over frames: counts connections, and serves each call by its method.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { milliseconds } from '@pareto/core';
import { type FrameConnection, unhandled } from '@pareto/http2';
import { CallConnection } from '../calls/call-connection.js';
import { ConnectionLife, type LifeOptions } from '../calls/connection-life.js';
import { FrameHeaders } from '../calls/frame-headers.js';
import type { StreamMethod, UnaryMethod } from '../calls/method.js';
import { StallWatch } from '../calls/stall-watch.js';
import { StreamCall } from '../calls/stream-call.js';
import { UnaryCall } from '../calls/unary-call.js';
import type { Connection } from '../limits/connections.js';
import type { Limiter } from '../limits/limiter.js';
import { plainSocketOf, readPeer, type ServerTls } from '../tls/server-tls.js';
import { createFrameServer, type FrameServer, type RequestListener } from './frame-server.js';

export interface FrameFrontOptions extends LifeOptions {
  readonly limiter: Limiter;
  readonly methodOf: (path: string) => UnaryMethod | StreamMethod;
  readonly tls: ServerTls | undefined;
}

/** Time for a client to close a connection that makes room for another. */
const closeMs = milliseconds(1_000);

export function createFrameFront(options: FrameFrontOptions): FrameServer {
  const { limiter, methodOf, tls, clock } = options;
  const { limits, connections, traffic } = limiter;
  const stalls = new StallWatch(limits.stallMs, clock);
  /** Connections by the socket on which they arrived. */
  const counts = new WeakMap<Socket, Connection>();
  const running = new WeakMap<Socket, FrameConnection>();

  function onSocket(socket: Socket): void {
    const counted = connections.add(socket.remoteAddress, () => {
      const connection = running.get(socket);
      if (connection === undefined) return void socket.destroy();
      connection.drain();
      clock.after(closeMs, () => socket.destroy());
    });
    counts.set(socket, counted);
    traffic.watch('frames', socket);
    socket.once('close', () => counted[Symbol.dispose]());
  }

  function accept(socket: Socket, connection: FrameConnection): RequestListener {
    const identity = tls !== undefined && socket instanceof TLSSocket ? readPeer(socket, tls) : undefined;
    const arrivedOn = plainSocketOf(socket);
    const counted = counts.get(arrivedOn);
    if (identity === 'rejected' || counted === undefined) {
      socket.destroy();
      return () => unhandled;
    }
    running.set(arrivedOn, connection);
    const life = new ConnectionLife(connection, socket, options);
    const from = new CallConnection(socket, connection, identity, { life, counted, limiter, stalls });
    return (stream, list) => {
      const headers = FrameHeaders.of(list);
      const method = methodOf(headers.path);
      return method.kind === 'stream'
        ? new StreamCall(stream, headers, method, from)
        : new UnaryCall(stream, headers, method, from);
    };
  }

  return createFrameServer({
    ...{ accept, onSocket, tls, clock, limiter },
    maxStreams: limits.streams,
    maxHeaderListBytes: limits.metadataBytes,
  });
}
