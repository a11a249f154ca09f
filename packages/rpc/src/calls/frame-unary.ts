// Serves unary calls of encoded messages over frames.

import { errorCodes, type FrameStream, headerList, type HeaderList, type StreamHandler } from '@pareto/http2';
import type { Payload } from '@pareto/protocol';
import type { Rejection } from '../transport/status.js';
import { statusFields, trailerFields } from '../transport/status-fields.js';
import type { TextFields } from '../transport/text-fields.js';
import { messageHead } from '../transport/message-head.js';
import type { CallConnection } from './call-connection.js';
import type { FrameHeaders } from './frame-headers.js';
import { admitCall, type CallOwner, type Gate, type IncomingCall } from './incoming-call.js';
import { LimitedRequest, type RequestReader } from './limit-request.js';
import type { UnaryMethod } from './services.js';
import type { Stall, StallWatch } from './stall-watch.js';
import { UnaryCall, type CallTransport } from './unary-call.js';

export const replyHeaders: HeaderList = headerList({ ':status': '200', 'content-type': 'application/grpc+proto' });
export const okTrailers: HeaderList = headerList({ 'grpc-status': '0', 'grpc-message': 'OK' });

/** A call from its headers to its last byte. */
export class FrameUnary implements StreamHandler, Stall, RequestReader, CallTransport, CallOwner {
  quietSweeps = 0;
  readonly #stream: FrameStream;
  readonly #stalls: StallWatch;
  /** Slot in the watch. Undefined before the call was admitted. */
  #stallSlot: number | undefined;
  #incoming: IncomingCall | undefined;
  #request: LimitedRequest | undefined;
  #call: UnaryCall | undefined;
  /** Set when the reply was sent, or the call was rejected. */
  #isDone = false;
  /** Set when a part of the reply waits for the client. */
  #isWaiting = false;

  constructor(stream: FrameStream, stalls: StallWatch) {
    this.#stream = stream;
    this.#stalls = stalls;
  }

  /** Admits the call and waits for its request, or rejects it. */
  start(headers: FrameHeaders, connection: CallConnection, gate: Gate, method: UnaryMethod): void {
    const incoming = admitCall(headers, connection, gate, this);
    if (incoming === undefined) return;
    this.#incoming = incoming;
    this.#stream.isTrusted = connection.isOfService;
    this.#call = new UnaryCall(method, incoming, headers.timeout, this);
    this.#request = new LimitedRequest(incoming, this);
    this.#stallSlot = this.#stalls.add(this);
  }

  isDone(): boolean {
    return this.#isDone;
  }

  deliver(data: Buffer | null): boolean {
    if (data === null) this.#call?.complete();
    else this.#call?.receive(data);
    return true;
  }

  onHeaders(): void {
    // The headers of a request arrive before its stream.
  }

  onData(chunk: Buffer, from: number, to: number): void {
    this.quietSweeps = 0;
    this.#request?.push(chunk.subarray(from, to));
    if (!this.#isDone) this.#stream.consumed(to - from);
  }

  onEnd(): void {
    if (this.#isDone) return;
    this.#request?.push(null);
  }

  onSent(bytes: number): void {
    this.quietSweeps = 0;
    if (this.#isWaiting) this.#incoming?.bytes.release(bytes);
  }

  onFailed(): void {
    // `onClosed` was called before.
  }

  onClosed(): void {
    this.#isDone = true;
    if (this.#stallSlot !== undefined) this.#stalls.remove(this.#stallSlot);
    this.#call?.cancel();
    this.#incoming?.close();
  }

  onStalled(): void {
    const request = this.#request;
    const { queuedBytes, receiveWindow } = this.#stream;
    const mustSend = request?.isWaiting === true && receiveWindow > 0;
    if (mustSend || queuedBytes > 0) request?.rejectStalled();
  }

  sendReply(reply: Payload, trailers: TextFields): void {
    if (this.#isDone) return;
    this.#isDone = true;
    const stream = this.#stream;
    stream.sendHeaders(replyHeaders);
    if (!stream.sendPieces([messageHead(reply.length), ...reply.slices]) && stream.queuedBytes > 0) {
      this.#isWaiting = true;
      this.#incoming?.wrote(stream.queuedBytes);
    }
    stream.sendTrailers(okTrailers, trailers.size === 0 ? undefined : trailerFields(trailers));
  }

  /** Ends the call with a status, or with a reset if its reply waits for the client. */
  reject(rejection: Rejection): void {
    if (this.#isWaiting) this.#stream.reset(errorCodes.cancel);
    else if (!this.#isDone) this.#stream.reject(replyHeaders, statusFields(rejection));
    this.#isDone = true;
  }
}
