// Runs a connection of frames over a socket.

import type { Socket } from 'node:net';
import { milliseconds, systemClock, type Clock } from '@pareto/core';
import type { ConnectionOptions } from './connection-options.js';
import { FrameConnection } from './frame-connection.js';
import type { FrameSink } from './frame-writer.js';

/** Settings of a connection that suit calls with large messages. */
/** Receive window of a stream. 64 KB, the default of HTTP/2, halve the throughput of large messages. */
export const streamWindowBytes: number = 1024 * 1024;
/** Receive window of a connection. */
export const connectionWindowBytes: number = 8 * 1024 * 1024;

export const connectionDefaults: Readonly<Record<'maxFrameBytes' | 'maxHeaderListBytes', number>> = {
  /** Frames of this size carry most messages whole. Data is passed on before its frame ends, so they delay nothing. */
  maxFrameBytes: 256 * 1024,
  maxHeaderListBytes: 64 * 1024,
};

/** Time for the peer to close a connection after this side has ended it. */
const closeMs = milliseconds(1_000);

export interface SocketConnectionOptions extends Omit<ConnectionOptions, 'sink' | 'schedule'> {
  /** Called with the number of bytes that the system does not take when the socket is full, and with 0 when it has taken all. */
  readonly onUnsent?: (bytes: number) => void;
}

/** Creates a connection over a socket, which may still be connecting. The socket closes with the connection. */
export function runOnSocket(socket: Socket, options: SocketConnectionOptions): FrameConnection {
  const { clock = systemClock, onUnsent } = options;
  let failure: Error | undefined;
  const write = (flush: () => void): void => {
    flush();
    if (socket.writableNeedDrain) onUnsent?.(socket.writableLength);
  };
  const connection = new FrameConnection({
    ...options,
    sink: createSink(socket, clock),
    // oxlint-disable-next-line no-restricted-globals -- not time: the end of the loop's reading
    schedule: (flush) => void setImmediate(write, flush),
  });
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    if (!connection.receive(chunk)) socket.pause();
  });
  socket.on('drain', () => {
    onUnsent?.(0);
    if (connection.onTransportDrained()) socket.resume();
  });
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => {
    onUnsent?.(0);
    connection.onTransportClosed(failure?.message ?? 'the peer closed it');
  });
  return connection;
}

const createSink = (socket: Socket, clock: Clock): FrameSink => ({
  get pendingBytes() {
    return socket.writableLength;
  },
  write(pieces) {
    if (socket.writableEnded || socket.destroyed) return false;
    if (pieces.length > 1) socket.cork();
    for (const piece of pieces) socket.write(piece);
    if (pieces.length > 1) socket.uncork();
    return true;
  },
  end() {
    // The peer may have sent more, and would not read what was written if the socket were destroyed now.
    socket.end();
    clock.after(closeMs, () => socket.destroy());
  },
});
