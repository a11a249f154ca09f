// Serves unary calls of encoded messages over node:http2, without the layers of gRPC for Node.

import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { milliseconds } from '@pareto/core';
import { OpenCall } from './server-call.js';
import type { IncomingCall } from './incoming-call.js';
import type { UnaryMethod } from './services.js';
import { joinFrames, payloadOf, sliceFrames, type Payload } from '../oip/payload.js';
import { headBytes, messageHead } from '../transport/message-head.js';
import { replyTooLarge } from '../transport/size-limit.js';
import { toStatus } from '../transport/status.js';
import { parseTimeout } from '../transport/timeout.js';

/** Returns whether a call is one of gRPC that `serveUnary` can serve. gRPC for Node rejects the others. */
export const isServable = (headers: IncomingHttpHeaders): boolean =>
  String(headers['content-type']).startsWith('application/grpc') &&
  (headers['grpc-timeout'] === undefined || parseTimeout(headers['grpc-timeout']) !== undefined);

/** Serves an admitted call: reads its message, calls the handler, and sends the reply or the status of an error. */
export function serveUnary(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  incoming: IncomingCall,
  method: UnaryMethod,
): void {
  const { clock, report } = method;
  const trailers = new Metadata();
  const timeoutMs = parseTimeout(headers['grpc-timeout']) ?? Infinity;
  const call = new OpenCall(clock.wallMs() + timeoutMs, incoming, trailers, clock);
  let isEnded = false;
  const chunks: Buffer[] = [];
  const end = (): boolean => {
    const isFirst = !isEnded;
    isEnded = true;
    timer?.[Symbol.dispose]();
    return isFirst;
  };
  const reject = (error: Partial<StatusObject>): void => {
    if (end()) incoming.reject(error);
  };
  const timer =
    timeoutMs === Infinity
      ? undefined
      : clock.after(milliseconds(timeoutMs), () => {
          call.cancel(true);
          reject({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
        });
  const fail = (error: unknown): void => {
    if (isEnded) return;
    call.answered();
    report(error);
    reject(toStatus(error, trailers));
  };
  const succeed = (reply: Payload): void => {
    if (reply.length > method.maxReplyBytes) return fail(replyTooLarge(reply.length, method.maxReplyBytes));
    call.answered();
    if (end() && !stream.closed) send(stream, reply, trailers);
  };
  const run = (message: Payload): void => {
    if (isEnded) return;
    if (call.cancellation.aborted) return fail(call.cancellation.reason);
    try {
      method.handler(message, call).then(succeed, fail);
    } catch (error) {
      fail(error);
    }
  };
  stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
  stream.on('end', () => {
    if (stream.closed) return;
    const message = readRequest(chunks, method.path);
    if ('code' in message) return reject(message);
    const turn = incoming.turn();
    if (turn === undefined) run(message);
    else void turn.then(() => run(message));
  });
  stream.on('close', () => {
    if (end()) call.cancel(false);
  });
}

interface Rejection extends Partial<StatusObject> {
  readonly code: status;
}

/** Returns the only message of a request, or the status of a request that is not one message. */
function readRequest(chunks: readonly Buffer[], path: string): Payload | Rejection {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  const head = joinFrames(sliceFrames(chunks, 0, headBytes));
  const end = headBytes + (head.length < headBytes ? Infinity : head.readUInt32BE(1));
  if (bytes < end) {
    return { code: status.UNIMPLEMENTED, details: `Received no request message for unary method ${path}` };
  }
  if (bytes > end) {
    return { code: status.UNIMPLEMENTED, details: `Received a second request message for unary method ${path}` };
  }
  if (head[0] !== 0) {
    return {
      code: status.UNIMPLEMENTED,
      details: 'Received a compressed message without the header grpc-encoding, which must be gzip or deflate',
    };
  }
  return payloadOf(...sliceFrames(chunks, headBytes, end));
}

const replyHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };
const ignore = (): void => undefined;

/** Sends a reply. Its head and its message are written together. */
function send(stream: ServerHttp2Stream, { length, frames }: Payload, metadata: Metadata): void {
  const trailers: OutgoingHttpHeaders = { 'grpc-status': '0', 'grpc-message': 'OK', ...metadata.toHttp2Headers() };
  stream.respond(replyHeaders, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  stream.cork();
  stream.write(messageHead(length), ignore);
  for (const frame of frames) stream.write(frame, ignore);
  stream.end();
  stream.uncork();
}
