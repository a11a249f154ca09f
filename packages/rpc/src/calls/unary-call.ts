// Serves unary calls of encoded messages, from their headers to their last byte.

import { errorCodes, type FrameStream, type StreamHandler } from '@pareto/http2';
import { payloadOf, sliceRange, type Payload } from '@pareto/protocol';
import { headBytes, headOf, messageHead } from '../transport/message-head.js';
import { replyTooLarge } from '../transport/size-limit.js';
import type { Rejection } from '../transport/status.js';
import type { CallConnection } from './call-connection.js';
import { compressedMessage, notOneMessage } from './decode-request.js';
import type { FrameHeaders } from './frame-headers.js';
import { IncomingCall, type CallOwner } from './incoming-call.js';
import { LimitedRequest, type RequestReader } from './limit-request.js';
import type { UnaryMethod } from './method.js';
import { okTrailers, rejectStream, replyHeaders, trailerFields } from './reply.js';
import type { ReplyReceiver } from './services.js';

export class UnaryCall implements StreamHandler, RequestReader, CallOwner, ReplyReceiver {
  readonly #stream: FrameStream;
  readonly #method: UnaryMethod;
  readonly #incoming: IncomingCall;
  /** The request of the call. Undefined if the call was not admitted. */
  #request: LimitedRequest | undefined;
  #chunks: Buffer[] | undefined;
  /** Set when the reply was sent, or the call was rejected. */
  #isDone = false;
  /** Set when a part of the reply waits for the client. */
  #isWaiting = false;

  /** Admits the call and waits for its request, or rejects it. */
  constructor(stream: FrameStream, headers: FrameHeaders, method: UnaryMethod, connection: CallConnection) {
    this.#stream = stream;
    this.#method = method;
    this.#incoming = new IncomingCall(headers, method, connection, this);
    if (!this.#incoming.admit()) return;
    stream.isTrusted = connection.isOfService;
    this.#request = new LimitedRequest(this.#incoming, this);
  }

  isDone(): boolean {
    return this.#isDone;
  }

  waitsForClient(isIncomplete: boolean): boolean {
    return (isIncomplete && this.#stream.receiveWindow > 0) || this.#stream.queuedBytes > 0;
  }

  deliver(data: Buffer | null): boolean {
    if (data === null) this.#incoming.inTurn(() => this.#run());
    else if (this.#chunks === undefined) this.#chunks = [data];
    else this.#chunks.push(data);
    return true;
  }

  onHeaders(): void {
    // The headers of a request arrive before its stream.
  }

  onData(chunk: Buffer, from: number, to: number): void {
    this.#request?.push(chunk.subarray(from, to));
    if (!this.#isDone) this.#stream.consumed(to - from);
  }

  onEnd(): void {
    if (!this.#isDone) this.#request?.push(null);
  }

  onSent(bytes: number): void {
    this.#request?.sent();
    if (this.#isWaiting) this.#incoming.bytes.release(bytes);
  }

  onFailed(): void {
    // `onClosed` was called before.
  }

  onClosed(): void {
    this.#isDone = true;
    this.#request?.close();
  }

  /** Calls the handler if the request is one message. */
  #run(): void {
    if (this.#isDone) return;
    const { path, handler } = this.#method;
    try {
      handler(readRequest(this.#chunks ?? [], path), this.#incoming, this);
    } catch (error) {
      this.fail(error);
    }
  }

  succeed(reply: Payload): void {
    const { maxReplyBytes } = this.#method;
    if (reply.length > maxReplyBytes) return this.fail(replyTooLarge(reply.length, maxReplyBytes));
    const incoming = this.#incoming;
    incoming.answered();
    if (this.#isDone) return;
    this.#isDone = true;
    const stream = this.#stream;
    stream.sendHeaders(replyHeaders);
    if (!stream.sendPieces([messageHead(reply.length), ...reply.slices]) && stream.queuedBytes > 0) {
      this.#isWaiting = true;
      incoming.wrote(stream.queuedBytes);
    }
    stream.sendTrailers(okTrailers, trailerFields(incoming.trailers));
  }

  fail(error: unknown): void {
    if (!this.#isDone) this.#incoming.handlerFailed(error);
  }

  finish(rejection: Rejection): void {
    if (!this.#isDone) this.reject(rejection);
  }

  reject(rejection: Rejection): void {
    if (this.#isWaiting) this.#stream.reset(errorCodes.cancel);
    else if (!this.#isDone) rejectStream(this.#stream, this.#incoming.headers, rejection);
    this.#isDone = true;
  }
}

/** Returns the only message of a request. Throws `unimplemented` if the request is not one uncompressed message. */
function readRequest(chunks: readonly Buffer[], path: string): Payload {
  const data = payloadOf(chunks);
  const head = headOf(data);
  const end = headBytes + (head.length < headBytes ? Infinity : head.readUInt32BE(1));
  if (data.length !== end) throw notOneMessage(data.length < end ? 'no' : 'a second', `unary method ${path}`);
  if (head[0] !== 0) throw compressedMessage();
  return payloadOf(sliceRange(chunks, headBytes, end));
}
