// One HTTP/2 connection of a gRPC client that sends any bytes as a message, and keeps the reply as it was sent.

import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { grpcHeaders } from './http2-frames.js';
import { type Reply } from './reply.js';
import { source } from './source.js';

/** Names of the gRPC statuses, by code. */
const statuses = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
] as const;

interface GrpcCall {
  readonly path: string;
  /** Body of the request. The call is sent without an end if `unfinished` is set. */
  readonly body?: Uint8Array;
  readonly unfinished?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface GrpcConnection extends Disposable {
  call(call: GrpcCall): Promise<Reply>;
}

const limit = 2 ** 30;

/** Opens a connection that connects again for the next call if it was closed. */
export function openGrpc(address: string): GrpcConnection {
  let session = openSession(address);
  return {
    call(call) {
      if (session.closed || session.destroyed) session = openSession(address);
      return send(session, call);
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}

function openSession(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`, {
    ...source,
    ...{ maxSendHeaderBlockLength: limit, maxHeaderListPairs: 2 ** 20, peerMaxConcurrentStreams: 2 ** 20 },
    maxSessionMemory: 1_000,
    settings: { initialWindowSize: 2 ** 24 },
  });
  session.on('error', () => {});
  return session;
}

/** Prefixes a message with its length, as gRPC does. */
export function grpcMessage(message: Uint8Array, { compressed = false, length = message.length } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

function send(session: ClientHttp2Session, call: GrpcCall): Promise<Reply> {
  const { path, body = Buffer.alloc(0), unfinished = false, metadata = {}, timeoutMs = 20_000 } = call;
  return new Promise((resolve) => {
    const fail = (status: string, message: string): void => resolve({ status, message, messageBytes: 0, body: none });
    let stream: ClientHttp2Stream;
    try {
      stream = session.request({ ...grpcHeaders(path), ...metadata }, { endStream: false });
    } catch (error) {
      return fail('CLOSED', String(error));
    }
    const timer = setTimeout(() => {
      fail('TIMEOUT', `no reply within ${timeoutMs} ms`);
      stream.close(8);
    }, timeoutMs);
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    let failure = '';
    stream.on('response', (received) => {
      headers = received;
      // Trailers alone are an error: the rest of the request is not sent. A reset of a complete request would count as
      // a rapid reset.
      if (received['grpc-status'] !== undefined && !stream.writableFinished) stream.close(8);
    });
    stream.on('trailers', (received: IncomingHttpHeaders) => (trailers = received));
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.on('error', (error: Error) => (failure = error.message));
    stream.on('close', () => {
      clearTimeout(timer);
      const replied = trailers['grpc-status'] === undefined ? headers : trailers;
      if (replied['grpc-status'] === undefined) {
        const http = headers[':status'];
        return fail(
          http === undefined ? 'CLOSED' : `HTTP ${String(http)}`,
          failure || `stream error ${String(stream.rstCode)}`,
        );
      }
      return resolve(replyOf(replied, Buffer.concat(chunks)));
    });
    if (unfinished) stream.write(body);
    else stream.end(body);
    return undefined;
  });
}

const none = Buffer.alloc(0);

function replyOf(headers: IncomingHttpHeaders, body: Buffer): Reply {
  const message = String(headers['grpc-message'] ?? '');
  const status = statuses[Number(headers['grpc-status'])] ?? `unknown status ${String(headers['grpc-status'])}`;
  return { status, message: decode(message), messageBytes: message.length, body };
}

function decode(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
