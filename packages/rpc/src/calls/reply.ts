// Watches the reply that gRPC for Node sends to a call: cuts its trailers, counts its bytes, and ends the request with
// it.

import { constants, type OutgoingHttpHeaders } from 'node:http2';
import { explainSizeLimit } from '../transport/size-limit.js';
import type { Rejection } from '../transport/status.js';
import { cutTrailers } from '../transport/status-details.js';
import type { ServerStream } from './server-stream.js';

export interface Reply {
  /** Returns whether the reply is complete or the call was rejected. What still arrives of the request is discarded. */
  readonly isDone: () => boolean;
  /** Ends the call with a status. gRPC for Node can send nothing afterwards. */
  reject(rejection: Rejection): void;
  /** Calls the listener for each part of the reply, and what it returns when the client has room for that part. */
  onWrite(listener: (bytes: number) => () => void): void;
}

const isAboutSize = /^(Received|Sent)%20message/;

function explainSizeError(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const message = headers['grpc-message'];
  if (typeof message !== 'string' || !isAboutSize.test(message)) return headers;
  return { ...headers, 'grpc-message': encodeURI(explainSizeLimit(decodeURI(message))) };
}

const prepared = (trailers: OutgoingHttpHeaders): OutgoingHttpHeaders => cutTrailers(explainSizeError(trailers));

export function watchReply(stream: ServerStream): Reply {
  let isDone = false;
  let written: (bytes: number) => () => void = () => () => undefined;
  const respond = stream.respond.bind(stream);
  const sendTrailers = stream.sendTrailers.bind(stream);
  const write = stream.write.bind(stream) as (part: Buffer, callback: (error?: Error | null) => void) => boolean;

  /** Ends the request, too, once the trailers are on their way: its sender may not read the reply before the end. */
  function endRequest(): void {
    isDone = true;
    if (stream.readableEnded) return;
    // oxlint-disable-next-line no-restricted-globals -- not time: the end of the writing in progress
    setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
  }
  stream.respond = (headers = {}, options) => {
    if (isDone) return;
    respond('grpc-status' in headers ? prepared(headers) : headers, options);
    if (options?.endStream === true) endRequest();
  };
  stream.sendTrailers = (headers) => {
    if (isDone) return;
    sendTrailers(prepared(headers));
    endRequest();
  };
  stream.write = ((part: Buffer, callback: (error?: Error | null) => void) => {
    const release = written(part.length);
    return write(part, (error) => {
      release();
      callback(error);
    });
  }) as typeof stream.write;
  return {
    isDone: () => isDone,
    reject({ code, details, trailers = [] }) {
      if (isDone || stream.destroyed || stream.closed) return;
      isDone = true;
      if (stream.headersSent) return stream.close(constants.NGHTTP2_CANCEL);
      const head = { ':status': 200, 'content-type': 'application/grpc+proto' };
      const fields = { 'grpc-status': code, 'grpc-message': encodeURI(details), ...Object.fromEntries(trailers) };
      respond({ ...head, ...prepared(fields) }, { endStream: true });
      endRequest();
    },
    onWrite: (listener) => void (written = listener),
  };
}
