// What a connection is told that sends something else than HTTP/1.1, or too much of it, or nothing for too long.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const mistakes: Readonly<Record<string, readonly [status: number, why: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are over 16 KB: send less in them'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions are over 16 KB: leave them out'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come to its end in time: send it faster'],
};

/** For a server's `clientError`: ends the connection. */
export function rejectConnection(error: NodeJS.ErrnoException & { reason?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const malformed = `this is not an HTTP/1.1 request: ${error.reason ?? error.message}`;
  const [status, why] = mistakes[error.code ?? ''] ?? [400, malformed];
  const body = JSON.stringify({ error: why });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
