// Replies to a connection that does not send a valid HTTP/1.1 request: malformed, too large or too slow.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const knownErrors: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers exceed 16 KB; shorten them'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions exceed 16 KB; omit them'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request was not complete in time; send it faster'],
};

/** Listener for a server's `clientError` event. Ends the connection. */
export function rejectConnection(error: NodeJS.ErrnoException & { reason?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const malformed = `this is not an HTTP/1.1 request: ${error.reason ?? error.message}`;
  const [status, message] = knownErrors[error.code ?? ''] ?? [400, malformed];
  const body = JSON.stringify({ error: message });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
