// Serves calls with a stream of requests, of replies, or of both.

import { ParetoError } from '@pareto/core';
import { errorCodes, type FrameStream, HeaderList, type StreamHandler } from '@pareto/http2';
import { messageHead } from '../transport/message-head.js';
import { replyTooLarge } from '../transport/size-limit.js';
import type { Rejection } from '../transport/status.js';
import type { CallConnection } from './call-connection.js';
import type { FrameHeaders } from './frame-headers.js';
import { IncomingCall, type CallOwner } from './incoming-call.js';
import { LimitedRequest, type RequestReader } from './limit-request.js';
import { messageCost } from './message-bounds.js';
import { MessageQueue } from './message-queue.js';
import type { MessageStream, StreamMethod } from './method.js';
import { okTrailers, rejectStream, replyHeaders, statusFields, trailerFields } from './reply.js';

const noFields = new HeaderList([]);

export class StreamCall implements StreamHandler, RequestReader, CallOwner, MessageStream {
  readonly #stream: FrameStream;
  readonly #method: StreamMethod;
  readonly #messages: MessageQueue = new MessageQueue((bytes) => this.#stream.consumed(bytes));
  readonly #incoming: IncomingCall;
  /** The request of the call. Undefined if the call was not admitted. */
  #request: LimitedRequest | undefined;
  #hasHeaders = false;
  /** Set when the call has ended for the client. */
  #isDone = false;
  /** Bytes of replies that wait for the client, and are counted. */
  #waitingBytes = 0;
  /** Writers that wait until nothing waits for the client. */
  #writers: (() => void)[] = [];

  /** Admits the call and starts its handler, or rejects it. */
  constructor(stream: FrameStream, headers: FrameHeaders, method: StreamMethod, connection: CallConnection) {
    this.#stream = stream;
    this.#method = method;
    const incoming = (this.#incoming = new IncomingCall(headers, method, connection, this));
    if (!incoming.admit()) return;
    this.#request = new LimitedRequest(incoming, this);
    incoming.start(() => {
      if (this.#isDone) return;
      method.serve(this, incoming).then(
        () => this.#succeed(),
        (error: unknown) => {
          if (!this.#isDone && !incoming.cancellation.aborted) incoming.handlerFailed(error);
        },
      );
    });
  }

  isDone(): boolean {
    return this.#isDone;
  }

  waitsForClient(isIncomplete: boolean): boolean {
    return (isIncomplete && this.#messages.isEmpty) || this.#stream.queuedBytes > 0;
  }

  deliver(data: Buffer | null): boolean {
    try {
      if (data !== null) return this.#messages.add(data);
      this.#messages.end();
    } catch (error) {
      this.#incoming.fail(error);
    }
    return true;
  }

  onHeaders(): void {
    // The headers of a request arrive before its stream.
  }

  onData(chunk: Buffer, from: number, to: number): void {
    const isRead = this.#request?.push(chunk.subarray(from, to)) ?? true;
    if (this.#isDone) return;
    if (isRead) this.#stream.consumed(to - from);
    else this.#messages.hold(to - from);
  }

  onEnd(): void {
    if (!this.#isDone) this.#request?.push(null);
  }

  onSent(): void {
    this.#request?.sent();
    this.#countWaiting();
  }

  onFailed(): void {
    // `onClosed` was called before.
  }

  onClosed(): void {
    this.#isDone = true;
    this.#request?.close();
    this.#messages.fail(new ParetoError('cancelled', 'the peer closed the stream before it ended'));
    this.#resume();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const incoming = this.#incoming;
    for (let message = await this.#messages.next(); message !== undefined; message = await this.#messages.next()) {
      incoming.took(message.length + messageCost);
      await incoming.turn();
      yield message;
    }
  }

  finished(): void {
    this.#incoming.finished();
  }

  /** Sends a message. Resolves when there is room for another one. Drops it if the call has ended, which reading reports. */
  async write(message: Buffer): Promise<void> {
    const { maxReplyBytes } = this.#method;
    if (message.length > maxReplyBytes) throw replyTooLarge(message.length, maxReplyBytes);
    if (this.#isDone) return;
    this.#sendHeaders();
    this.#stream.sendPieces([messageHead(message.length), message]);
    this.#countWaiting();
    if (this.#waitingBytes > 0) await new Promise<void>((resolve) => void this.#writers.push(resolve));
  }

  reject(rejection: Rejection): void {
    if (this.#isDone) return;
    if (!this.#hasHeaders) return this.finish(rejection);
    this.#isDone = true;
    this.#stream.reset(errorCodes.cancel);
  }

  finish(rejection: Rejection): void {
    if (this.#isDone) return;
    if (this.#hasHeaders) return this.#end(statusFields(rejection), noFields);
    this.#isDone = true;
    rejectStream(this.#stream, this.#incoming.headers, rejection);
  }

  #sendHeaders(): void {
    if (!this.#hasHeaders) this.#stream.sendHeaders(replyHeaders);
    this.#hasHeaders = true;
  }

  #countWaiting(): void {
    const added = this.#stream.queuedBytes - this.#waitingBytes;
    this.#waitingBytes += added;
    if (added > 0) this.#incoming.wrote(added);
    else if (added < 0) this.#incoming.bytes.release(-added);
    if (this.#waitingBytes === 0) this.#resume();
  }

  #resume(): void {
    for (const resolve of this.#writers.splice(0)) resolve();
  }

  #succeed(): void {
    this.#incoming.answered();
    if (this.#isDone) return;
    this.#sendHeaders();
    this.#end(trailerFields(this.#incoming.trailers), okTrailers);
  }

  #end(fields: readonly string[] | undefined, list: HeaderList): void {
    this.#isDone = true;
    this.#stream.sendTrailers(list, fields);
    this.#stream.stopReceiving();
  }
}
