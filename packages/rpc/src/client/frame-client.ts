// The client side of HTTP/2 frames: one connection to a server, which is made when it is needed, and the calls that wait for
// it.

import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '@pareto/core';
import { connectionWindowBytes, streamWindowBytes } from '../calls/http2-server.js';
import type { ConnectionHandler } from '../http2/connection-options.js';
import type { FrameConnection } from '../http2/frame-connection.js';
import { connectionDefaults, runOnSocket } from '../http2/run-on-socket.js';
import { handshakeOptions, type ChannelTls } from '../tls/channel-tls.js';

export interface FrameClientOptions {
  /** Plain text if undefined. */
  readonly tls?: ChannelTls | undefined;
  readonly clock: Clock;
}

/** A call that may have to wait until the server accepts more streams. */
export interface ClientCall {
  /** Called when the call may open one stream. A call that has ended opens none. */
  start(connection: FrameConnection): void;
  /** Called if the connection fails before. `code` is an error code of HTTP/2. */
  onFailed(code: number, reason: string): void;
}

export interface FrameClient {
  readonly address: string;
  /** Starts a call, immediately if the server accepts it. */
  start(call: ClientCall): void;
  /** Closes the connection when all calls have finished. */
  close(): void;
}

/** Creates a client of host:port. It connects at the first call, and again at the next call after the connection ended. */
export function createFrameClient(address: string, { tls, clock }: FrameClientOptions): FrameClient {
  const waiting: ClientCall[] = [];
  let current: FrameConnection | undefined;
  let isClosed = false;

  function open(): FrameConnection {
    const connection = runOnSocket(openSocket(address, tls), {
      ...connectionDefaults,
      role: 'client',
      clock,
      windowBytes: streamWindowBytes,
      connectionWindowBytes,
      maxStreams: 0,
      handler: handle(() => connection),
    });
    return connection;
  }

  function handle(connection: () => FrameConnection): ConnectionHandler {
    /** Returns false if another connection has replaced it. */
    const forget = (): boolean => {
      if (current !== connection()) return false;
      current = undefined;
      return true;
    };
    return {
      onRequest() {
        throw new Error('a client receives no requests');
      },
      onRoom: startWaiting,
      onGoAway() {
        forget();
        startWaiting();
      },
      onDone: forget,
      onFailed({ code, message }) {
        if (forget()) for (const call of waiting.splice(0)) call.onFailed(code, message);
      },
    };
  }

  function startWaiting(): void {
    while (waiting.length > 0) {
      current ??= open();
      if (!current.mayOpen) return;
      waiting.shift()?.start(current);
    }
    if (isClosed) current?.drain();
  }

  return {
    address,
    start(call) {
      current ??= open();
      if (waiting.length === 0 && current.mayOpen) call.start(current);
      else waiting.push(call);
    },
    close() {
      isClosed = true;
      if (waiting.length === 0) current?.drain();
    },
  };
}

/** Opens a socket to host:port, which connects later. */
function openSocket(address: string, tls: ChannelTls | undefined): Socket {
  const { hostname, port } = new URL(`tcp://${address}`);
  const to = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
  if (tls === undefined) return connectTcp(to);
  const socket = connectTls({ ...handshakeOptions(address, tls), ...to, ALPNProtocols: ['h2'] });
  socket.once('secureConnect', () => {
    if (socket.alpnProtocol !== 'h2') socket.destroy(new Error('the server does not support HTTP/2 over TLS'));
  });
  return socket;
}
