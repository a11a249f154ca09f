// Serves unary calls of encoded messages over node:http2, without the layers of gRPC for Node.

import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Payload } from '../oip/payload.js';
import { messageHead } from '../transport/message-head.js';
import type { IncomingCall } from './incoming-call.js';
import type { UnaryMethod } from './services.js';
import { UnaryCall } from './unary-call.js';

/** Serves an admitted call. */
export function serveUnary(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  incoming: IncomingCall,
  method: UnaryMethod,
): void {
  const call = new UnaryCall(method, incoming, headers['grpc-timeout']?.toString(), {
    sendReply(reply, trailers) {
      if (!stream.closed) send(stream, reply, trailers);
    },
  });
  stream.on('data', (chunk: Buffer) => call.receive(chunk));
  stream.on('end', () => {
    if (!stream.closed) call.complete();
  });
  stream.on('close', () => call.cancel());
}

const replyHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };
const ignore = (): void => undefined;

/** Sends a reply. Its head and its message are written together. */
function send(stream: ServerHttp2Stream, { length, frames }: Payload, metadata: ReadonlyMap<string, string>): void {
  const trailers: OutgoingHttpHeaders = { 'grpc-status': '0', 'grpc-message': 'OK', ...Object.fromEntries(metadata) };
  stream.respond(replyHeaders, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.cork();
  stream.write(messageHead(length), ignore);
  for (const frame of frames) stream.write(frame, ignore);
  stream.end();
  stream.uncork();
}
