// A TCP connection of an attacker. Nothing that the other side does makes it throw.

import { connect, type Socket } from 'node:net';
import { source } from './source.js';

export interface RawSocket extends Disposable {
  /**
   * Resolves when the bytes are with the kernel, the connection is closed, or the time is over. Returns whether they
   * were sent.
   */
  send(bytes: Uint8Array, timeoutMs?: number): Promise<boolean>;
  /** Everything that was received, unless `onData` is set. */
  readonly received: Buffer;
  readonly closed: boolean;
  /** Resolves when the connection is closed, or after the time. Returns whether it is closed. */
  untilClosed(ms: number): Promise<boolean>;
  /** Resolves when the check of the received bytes returns true, the connection is closed, or after the time. */
  until(check: (received: Buffer) => boolean, ms: number): Promise<boolean>;
  /** Removes what was received. */
  clear(): void;
  /** Stops reading, so that the other side's send buffer fills. */
  pause(): void;
}

/** Connects to host:port. The result is already closed if the connection is refused. */
export function openSocket(address: string): Promise<RawSocket> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true, ...source });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const raw = wrap(socket, chunks);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(raw)).once('close', () => resolve(raw));
  });
}

function wrap(socket: Socket, chunks: Buffer[]): RawSocket {
  let closed = false;
  socket.on('error', () => {}).once('close', () => (closed = true));
  const until = (check: () => boolean, ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      if (closed || check()) return resolve(check());
      const onEvent = (): void => {
        if (closed || check()) end();
      };
      const timer = setTimeout(() => end(), ms);
      const end = (): void => {
        clearTimeout(timer);
        socket.off('data', onEvent).off('close', onEvent);
        resolve(check());
      };
      return void socket.on('data', onEvent).on('close', onEvent);
    });
  return {
    send: (bytes, timeoutMs = 30_000) =>
      new Promise((resolve) => {
        if (closed || !socket.writable) return resolve(false);
        const end = (sent: boolean): void => {
          clearTimeout(timer);
          socket.off('close', onClose);
          resolve(sent);
        };
        const onClose = (): void => end(false);
        const timer = setTimeout(onClose, timeoutMs);
        socket.once('close', onClose);
        return void socket.write(bytes, (error) => end(error === undefined || error === null));
      }),
    get received() {
      return Buffer.concat(chunks);
    },
    get closed() {
      return closed;
    },
    untilClosed: (ms) => until(() => closed, ms),
    until: (check, ms) => until(() => check(Buffer.concat(chunks)), ms),
    clear: () => void chunks.splice(0),
    pause: () => void socket.pause(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}
