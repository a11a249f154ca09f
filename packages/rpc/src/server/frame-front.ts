// A gRPC server over frames. It serves unary calls of encoded messages itself, and passes all others to gRPC for Node.

import type { IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { milliseconds } from '@pareto/core';
import { admitStream } from '../calls/admit-stream.js';
import type { CallConnection } from '../calls/call-connection.js';
import type { IdleWatch } from '../calls/close-idle.js';
import { FrameDuplex } from '../calls/frame-duplex.js';
import { FrameHeaders, nodeHeaders } from '../calls/frame-headers.js';
import { FrameUnary } from '../calls/frame-unary.js';
import type { ServerGate } from '../calls/http2-server.js';
import type { ServerStream } from '../calls/server-stream.js';
import { StallWatch } from '../calls/stall-watch.js';
import { isServable } from '../calls/unary-call.js';
import type { FrameConnection } from '../http2/frame-connection.js';
import { unhandled } from '../http2/stream-handler.js';
import { ConnectionError, errorCodes } from '../http2/http2-errors.js';
import type { Connection } from '../limits/connections.js';
import { plainSocketOf, readPeer, type PeerIdentity, type PeerRole, type ServerTls } from '../tls/server-tls.js';
import { formatAddress } from '../transport/options.js';
import { watchLife, type LifeOptions } from './connection-life.js';
import { createFrameServer, type FrameServer, type RequestListener } from './frame-server.js';

export interface FrameFrontOptions extends LifeOptions {
  readonly gate: ServerGate;
  /** Passes an admitted call to gRPC for Node. */
  readonly pass: (stream: ServerStream, headers: IncomingHttpHeaders) => void;
  readonly tls: ServerTls | undefined;
}

/** Time for a client to close a connection that makes room for another. */
const closeMs = milliseconds(1_000);

export function createFrameFront(options: FrameFrontOptions): FrameServer {
  const { gate, pass, tls, clock } = options;
  const { limits, connections, traffic } = gate.limiter;
  const stalls = new StallWatch(limits.stallMs, clock);
  /** Connections by the socket on which they arrived. */
  const counted = new WeakMap<Socket, Connection>();
  const running = new WeakMap<Socket, FrameConnection>();

  function onSocket(socket: Socket): void {
    const end = (): void => {
      const connection = running.get(socket);
      if (connection === undefined) return void socket.destroy();
      connection.drain();
      clock.after(closeMs, () => socket.destroy());
    };
    const connection = connections.add(socket.remoteAddress, end);
    counted.set(socket, connection);
    traffic.watch('frames', socket);
    socket.once('close', () => connection[Symbol.dispose]());
  }

  function accept(socket: Socket, connection: FrameConnection): RequestListener {
    const peer = tls !== undefined && socket instanceof TLSSocket ? readPeer(socket, tls) : undefined;
    const arrivedOn = plainSocketOf(socket);
    const count = counted.get(arrivedOn);
    if (peer === 'rejected' || count === undefined) {
      socket.destroy();
      return () => unhandled;
    }
    running.set(arrivedOn, connection);
    watchLife(connection, socket, options);
    const idle = gate.watchIdle(() => connection.drain());
    socket.once('close', () => idle[Symbol.dispose]());
    const from = new FrameCallConnection({ socket, connection, counted: count, idle, peer });
    return (stream, list) => {
      const headers = FrameHeaders.of(list);
      const method = gate.rawMethodOf(headers.path);
      if (method !== undefined && isServable(headers.contentType, headers.timeout)) {
        const call = new FrameUnary(stream, stalls);
        call.start(headers, from, gate, method);
        return call;
      }
      const duplex = new FrameDuplex(stream, socket, stalls);
      passOn(duplex, nodeHeaders(list), from);
      return duplex;
    };
  }

  function passOn(stream: FrameDuplex, headers: IncomingHttpHeaders, from: CallConnection): void {
    admitStream(stream, headers, from, gate)?.start(() => {
      if (!stream.destroyed) pass(stream, headers);
    });
  }

  return createFrameServer({
    ...{ accept, onSocket, tls, clock },
    maxStreams: limits.streams,
    maxHeaderListBytes: limits.metadataBytes,
  });
}

interface ConnectionParts {
  readonly socket: Socket;
  readonly connection: FrameConnection;
  readonly counted: Connection;
  readonly idle: IdleWatch;
  readonly peer: PeerIdentity | undefined;
}

class FrameCallConnection implements CallConnection {
  readonly counted: Connection;
  readonly idle: IdleWatch;
  readonly peer: string;
  readonly peerRole: PeerRole;
  readonly peerSubject: string | undefined;
  denials = 0;
  isSlow = false;
  readonly #connection: FrameConnection;

  constructor({ socket, connection, counted, idle, peer }: ConnectionParts) {
    const { remoteAddress, remotePort = 0 } = socket;
    this.counted = counted;
    this.idle = idle;
    this.peer = remoteAddress === undefined ? 'unknown' : formatAddress(remoteAddress, remotePort);
    this.peerRole = peer?.role;
    this.peerSubject = peer?.subject;
    this.#connection = connection;
  }

  end(): void {
    this.#connection.fail(new ConnectionError(errorCodes.enhanceYourCalm, 'too many calls without permission'));
  }
}
