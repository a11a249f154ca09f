// The client side of HTTP/2 frames: one connection to a server, which is made when it is needed, and the calls that wait for
// it.

import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { errorText, milliseconds, systemClock } from '@pareto/core';
import {
  connectionDefaults,
  connectionWindowBytes,
  errorCodes,
  type FrameConnection,
  runOnSocket,
  streamWindowBytes,
} from '@pareto/http2';
import { handshakeOptions, type ChannelTls } from '../tls/channel-tls.js';
import { explainCause } from '../transport/connection-error.js';
import { BackOff } from './back-off.js';
import type { PayloadChannelOptions } from './payload-channel.js';

/** A call that may have to wait for the connection, or until the server accepts more streams. */
export interface ClientCall {
  /** Called when the call may open one stream. */
  start(connection: FrameConnection): void;
  /** Called if the connection fails. `code` is an error code of HTTP/2, `refusedStream` if the call was not sent. */
  onFailed(code: number, reason: string): void;
}

export interface FrameClient {
  /** Starts a call, immediately if the server accepts it. While the server cannot be reached, the call fails soon. */
  start(call: ClientCall): void;
  /** Removes a call that has not started. Does nothing if it has. */
  remove(call: ClientCall): void;
  /** Closes the connection when all calls have finished. */
  close(): void;
}

/**
 * Creates a client of host:port. It connects at the first call, and again at the next call after the connection ended, with
 * at most 1 s between attempts that fail. Calls `onDisconnected` when a connection has ended. An attempt that failed is none.
 */
export function createFrameClient(
  address: string,
  options: Pick<PayloadChannelOptions, 'tls' | 'receiveWindowBytes' | 'clock'>,
  onDisconnected: () => void,
): FrameClient {
  const { tls, receiveWindowBytes = connectionWindowBytes, clock = systemClock } = options;
  const waiting: ClientCall[] = [];
  const backOff = new BackOff(clock);
  let current: FrameConnection | undefined;
  let isClosed = false;
  let lastFailure = '';

  /** Returns the connection, which is made if there is none. Undefined if it cannot be made now. */
  function connect(): FrameConnection | undefined {
    if (current !== undefined || !backOff.tryTake()) return current;
    try {
      current = open();
    } catch (error) {
      // The address or the certificates are malformed.
      lastFailure = errorText(error);
    }
    return current;
  }

  function open(): FrameConnection {
    const socket = openSocket(address, tls);
    /** Returns false if another connection has replaced it. */
    const forget = (): boolean => {
      if (current !== connection) return false;
      current = undefined;
      return true;
    };
    const connection = runOnSocket(socket, {
      ...connectionDefaults,
      role: 'client',
      clock,
      windowBytes: Math.min(streamWindowBytes, receiveWindowBytes),
      connectionWindowBytes: receiveWindowBytes,
      maxStreams: 0,
      handler: {
        onRequest() {
          throw new Error('a client receives no requests');
        },
        onRoom: startWaiting,
        onGoAway() {
          forget();
          startWaiting();
        },
        onDone: forget,
        onFailed({ message }) {
          lastFailure = connection.isReady ? message : explainCause(message);
          if (forget()) failWaiting();
        },
      },
    });
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () =>
      socket.once('close', () => {
        if (!isClosed) onDisconnected();
      }),
    );
    return connection;
  }

  function startWaiting(): void {
    while (waiting.length > 0) {
      const connection = connect();
      if (connection === undefined) failWaiting();
      else if (connection.mayOpen && connection.isReady) startOn(connection, waiting.shift());
      else return;
    }
    if (isClosed) current?.drain();
  }

  function startOn(connection: FrameConnection, call: ClientCall | undefined): void {
    backOff.reset();
    call?.start(connection);
  }

  function failWaiting(): void {
    for (const call of waiting.splice(0)) call.onFailed(errorCodes.refusedStream, lastFailure);
  }

  return {
    start(call) {
      if (waiting.length === 0 && current?.mayOpen === true && current.isReady) return startOn(current, call);
      waiting.push(call);
      // The call fails later, so that a caller that tries again and again delays nothing else.
      if (connect() === undefined) clock.after(milliseconds(1), startWaiting);
    },
    remove(call) {
      const index = waiting.indexOf(call);
      if (index >= 0) waiting.splice(index, 1);
      if (isClosed && waiting.length === 0) current?.drain();
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
