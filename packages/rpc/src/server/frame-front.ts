// A gRPC server over frames: admits calls, and serves each by its method.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { milliseconds, ParetoError } from '@pareto/core';
import type { CallConnection } from '../calls/call-connection.js';
import type { IdleWatch, WatchIdle } from '../calls/close-idle.js';
import { FrameHeaders } from '../calls/frame-headers.js';
import { FrameUnary, replyHeaders } from '../calls/frame-unary.js';
import { admitCall, type Gate } from '../calls/incoming-call.js';
import type { UnaryMethod } from '../calls/services.js';
import { StallWatch } from '../calls/stall-watch.js';
import { StreamCall, type StreamMethod } from '../calls/stream-call.js';
import {
  ConnectionError,
  errorCodes,
  type FrameConnection,
  type FrameStream,
  headerList,
  type StreamHandler,
  unhandled,
} from '@pareto/http2';
import type { Connection } from '../limits/connections.js';
import { plainSocketOf, readPeer, type PeerIdentity, type PeerRole, type ServerTls } from '../tls/server-tls.js';
import { formatAddress } from '../transport/options.js';
import { statusFields } from '../transport/status-fields.js';
import { parseTimeout } from '../transport/timeout.js';
import { watchLife, type LifeOptions } from './connection-life.js';
import { createFrameServer, type FrameServer, type RequestListener } from './frame-server.js';

export interface FrameFrontOptions extends LifeOptions {
  readonly gate: Gate;
  readonly methodOf: (path: string) => UnaryMethod | StreamMethod | undefined;
  readonly watchIdle: WatchIdle;
  readonly tls: ServerTls | undefined;
}

/** Time for a client to close a connection that makes room for another. */
const closeMs = milliseconds(1_000);

export function createFrameFront(options: FrameFrontOptions): FrameServer {
  const { gate, methodOf, watchIdle, tls, clock } = options;
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
    const idle = watchIdle(() => connection.drain());
    socket.once('close', () => idle[Symbol.dispose]());
    const from = new FrameCallConnection({ socket, connection, counted: count, idle, peer });
    return (stream, list) => {
      const headers = FrameHeaders.of(list);
      const method = methodOf(headers.path);
      const error = method === undefined ? noMethod(headers.path) : headersError(headers);
      if (method === undefined || error !== undefined) return rejectCall(stream, headers, from, error);
      if (method.kind === 'stream') {
        const call = new StreamCall(stream, stalls, method);
        call.start(headers, from, gate);
        return call;
      }
      const call = new FrameUnary(stream, stalls);
      call.start(headers, from, gate, method);
      return call;
    };
  }

  /** Rejects a request with an error, or with that of the check of its caller. */
  function rejectCall(stream: FrameStream, headers: FrameHeaders, from: CallConnection, error: unknown): StreamHandler {
    const call = admitCall(headers, from, gate, {
      reject(rejection) {
        if (isCall(headers)) stream.reject(replyHeaders, statusFields(rejection));
        else stream.reject(headers.method === 'POST' ? notGrpc : notPost);
      },
    });
    call?.refuse(error);
    return unhandled;
  }

  return createFrameServer({
    ...{ accept, onSocket, tls, clock, limiter: gate.limiter },
    maxStreams: limits.streams,
    maxHeaderListBytes: limits.metadataBytes,
  });
}

const isCall = ({ method, contentType }: FrameHeaders): boolean =>
  method === 'POST' && contentType?.startsWith('application/grpc') === true;

const notPost = headerList({ ':status': '405', allow: 'POST' });
const notGrpc = headerList({ ':status': '415', 'accept-post': 'application/grpc' });

const noMethod = (path: string): ParetoError =>
  new ParetoError('unimplemented', `The server does not implement the method ${path}`);

function headersError(headers: FrameHeaders): ParetoError | undefined {
  const { timeout } = headers;
  if (!isCall(headers)) return new ParetoError('invalid-argument', 'The request is not a call of gRPC');
  if (timeout === undefined || parseTimeout(timeout) !== undefined) return undefined;
  const expected = 'expected up to eight digits and one of the units H, M, S, m, u and n';
  return new ParetoError('invalid-argument', `the header grpc-timeout is "${timeout}": ${expected}`);
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
  isOfService = false;
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
    this.#connection.fail(new ConnectionError(errorCodes.enhanceYourCalm, 'too many calls were rejected'));
  }
}
