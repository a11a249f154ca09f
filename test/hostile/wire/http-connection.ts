// One connection of an HTTP/1.1 client that sends any bytes, and reads replies one after the other.

import { openSocket, type RawSocket } from './socket.js';
import { type Reply } from './reply.js';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs?: number;
}

export interface HttpConnection extends Disposable {
  request(request: HttpRequest): Promise<Reply>;
}

const requestHead = ({ method, path, headers = {}, body }: HttpRequest): string =>
  [
    `${method} ${path} HTTP/1.1`,
    ...Object.entries({
      ...{ host: 'localhost', connection: 'keep-alive' },
      ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n');

/** Opens a connection that sends its requests one after the other, and reconnects if it was closed. */
export function openHttp(address: string): HttpConnection {
  let socket: RawSocket | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const exchange = async (request: HttpRequest): Promise<Reply> => {
    if (socket === undefined || socket.closed) socket = await openSocket(address);
    socket.clear();
    const { timeoutMs = 20_000, body = Buffer.alloc(0) } = request;
    const hasBody = request.method !== 'HEAD';
    const parsed = (received: Buffer): ParsedReply | undefined => parseReply(received, hasBody);
    const replies = socket.until((received) => parsed(received) !== undefined, timeoutMs);
    const sent = Promise.all([socket.send(Buffer.from(requestHead(request))), socket.send(body)]);
    await Promise.race([replies, sent]);
    await replies;
    const reply = parsed(socket.received);
    const failure = socket.closed ? 'CLOSED' : 'TIMEOUT';
    if (reply?.closes ?? true) {
      socket[Symbol.dispose]();
      socket = undefined;
    }
    return reply ?? { status: failure, message: '', messageBytes: 0, body: Buffer.alloc(0) };
  };
  return {
    request(request) {
      const reply = last.then(() => exchange(request));
      last = reply;
      return reply;
    },
    [Symbol.dispose]: () => socket?.[Symbol.dispose](),
  };
}

interface ParsedReply extends Reply {
  readonly closes: boolean;
  /** Size of head and body. */
  readonly length: number;
}

/** Parses the first reply. `hasBody` is false if it is that of a HEAD. Returns undefined if it is not complete. */
export function parseReply(received: Buffer, hasBody = true): ParsedReply | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const status = statusLine.split(' ')[1] ?? '';
  const headers = new Map(lines.map((line) => [line.split(':')[0]?.toLowerCase(), line.replace(/^[^:]*:\s*/, '')]));
  if (status === '100') return parseReply(received.subarray(end + 4), hasBody);
  const length = hasBody ? Number(headers.get('content-length') ?? 0) : 0;
  const body = received.subarray(end + 4, end + 4 + length);
  if (body.length < length) return undefined;
  const message = status.startsWith('2') ? '' : errorOf(body);
  const closes = headers.get('connection') === 'close';
  return { status, message, messageBytes: Buffer.byteLength(message), body, closes, length: end + 4 + length };
}

function errorOf(body: Buffer): string {
  try {
    const { error } = JSON.parse(body.toString()) as { readonly error?: unknown };
    return typeof error === 'string' ? error : '';
  } catch {
    return body.toString();
  }
}
