// Replies to a connection that does not send a valid HTTP/1.1 request: malformed, too large or too slow.

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { cutText } from '@pareto/core';

const knownErrors: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers exceed 16 KB; shorten them'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions exceed 16 KB; omit them'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request was not complete in time; send it faster'],
};

/** Time for the caller to read the reply before the connection is closed, in ms. */
const lingerMs = 2_000;

/** Listener for a server's `clientError` event. Ends the connection. */
export function rejectConnection(error: NodeJS.ErrnoException & { reason?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const malformed = `this is not an HTTP/1.1 request: ${cutText(error.reason ?? error.message)}`;
  rejectWith(socket, ...(knownErrors[error.code ?? ''] ?? ([400, malformed] as const)));
}

/** Sends an error outside of a request, and ends the connection. */
export function rejectWith(socket: Socket, status: number, message: string): void {
  const body = JSON.stringify({ error: message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.setTimeout(lingerMs, () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
