// Serves calls with a stream of requests, of replies, or of both.

import { status } from '@grpc/grpc-js';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { errorCodes, type FrameStream, HeaderList, type StreamHandler } from '@pareto/http2';
import { messageHead } from '../transport/message-head.js';
import { replyTooLarge } from '../transport/size-limit.js';
import { statusFields, trailerFields } from '../transport/status-fields.js';
import { toRejection, type Rejection } from '../transport/status.js';
import type { DuplexStream } from '../transport/streams.js';
import { parseTimeout } from '../transport/timeout.js';
import type { CallConnection } from './call-connection.js';
import type { FrameHeaders } from './frame-headers.js';
import { okTrailers, replyHeaders } from './frame-unary.js';
import { admitCall, type CallOwner, type Gate, type IncomingCall } from './incoming-call.js';
import { LimitedRequest, type RequestReader } from './limit-request.js';
import { messageCost } from './message-frames.js';
import { MessageQueue } from './message-queue.js';
import { OpenCall, type ServerCall } from './server-call.js';
import type { Stall, StallWatch } from './stall-watch.js';

const noFields = new HeaderList([]);

/** A method with a stream of requests, of replies, or of both. */
export interface StreamMethod {
  readonly kind: 'stream';
  readonly path: string;
  /** Serves one call, whose messages are encoded. The call succeeds when it resolves. */
  readonly serve: (stream: MessageStream, call: ServerCall) => Promise<void>;
  /** Logs what the status of an error does not tell, and counts the limit that was reached. */
  readonly report: (error: unknown) => void;
  readonly maxReplyBytes: number;
  readonly clock: Clock;
  /** Timers of deadlines. */
  readonly timers: Pick<Clock, 'after'>;
}

/** The messages of a call. Each is taken in a turn of the event loop, and counts until it is finished. */
export interface MessageStream extends Omit<DuplexStream<Buffer, Buffer>, 'end'> {
  /** Records that the first of the messages that were taken is no longer needed. */
  finished(): void;
}

export class StreamCall implements StreamHandler, Stall, RequestReader, CallOwner, MessageStream {
  quietSweeps = 0;
  readonly #stream: FrameStream;
  readonly #stalls: StallWatch;
  readonly #method: StreamMethod;
  readonly #messages: MessageQueue = new MessageQueue((bytes) => this.#stream.consumed(bytes));
  #stallSlot: number | undefined;
  #incoming: IncomingCall | undefined;
  #request: LimitedRequest | undefined;
  #call: OpenCall | undefined;
  #deadline: Disposable | undefined;
  #hasHeaders = false;
  /** Set when the call has ended for the client. */
  #isDone = false;
  /** Bytes of replies that wait for the client, and are counted. */
  #waitingBytes = 0;
  /** Writers that wait until nothing waits for the client. */
  #writers: (() => void)[] = [];

  constructor(stream: FrameStream, stalls: StallWatch, method: StreamMethod) {
    this.#stream = stream;
    this.#stalls = stalls;
    this.#method = method;
  }

  /** Admits the call and starts its handler, or rejects it. */
  start(headers: FrameHeaders, connection: CallConnection, gate: Gate): void {
    const incoming = admitCall(headers, connection, gate, this);
    if (incoming === undefined) return;
    const { clock, timers } = this.#method;
    const timeoutMs = (headers.timeout === undefined ? undefined : parseTimeout(headers.timeout)) ?? Infinity;
    const call = new OpenCall(timeoutMs, incoming, clock);
    this.#incoming = incoming;
    this.#request = new LimitedRequest(incoming, this);
    this.#call = call;
    this.#stallSlot = this.#stalls.add(this);
    if (timeoutMs !== Infinity) this.#deadline = timers.after(milliseconds(timeoutMs), () => this.#expire());
    incoming.start(() => {
      if (this.#isDone) return;
      this.#method.serve(this, call).then(
        () => this.#succeed(),
        (error: unknown) => this.#fail(error),
      );
    });
  }

  #expire(): void {
    this.#call?.cancel(true);
    this.#finish({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
  }

  isDone(): boolean {
    return this.#isDone;
  }

  deliver(data: Buffer | null): boolean {
    try {
      if (data !== null) return this.#messages.add(data);
      this.#messages.end();
    } catch (error) {
      this.#incoming?.fail(error);
    }
    return true;
  }

  onHeaders(): void {
    // The headers of a request arrive before its stream.
  }

  onData(chunk: Buffer, from: number, to: number): void {
    this.quietSweeps = 0;
    const isRead = this.#request?.push(chunk.subarray(from, to)) ?? true;
    if (this.#isDone) return;
    if (isRead) this.#stream.consumed(to - from);
    else this.#messages.hold(to - from);
  }

  onEnd(): void {
    if (!this.#isDone) this.#request?.push(null);
  }

  onSent(): void {
    this.quietSweeps = 0;
    this.#countWaiting();
  }

  onFailed(): void {
    // `onClosed` was called before.
  }

  onClosed(): void {
    this.#isDone = true;
    if (this.#stallSlot !== undefined) this.#stalls.remove(this.#stallSlot);
    this.#deadline?.[Symbol.dispose]();
    this.#call?.cancel(false);
    this.#messages.fail(new ParetoError('cancelled', 'the peer closed the stream before it ended'));
    this.#resume();
    this.#incoming?.close();
  }

  onStalled(): void {
    const isStalled = this.#request?.isWaiting === true && this.#messages.isEmpty;
    if (isStalled || this.#stream.queuedBytes > 0) this.#request?.rejectStalled();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const incoming = this.#incoming;
    for (let message = await this.#messages.next(); message !== undefined; message = await this.#messages.next()) {
      incoming?.took(message.length + messageCost);
      await incoming?.turn();
      yield message;
    }
  }

  finished(): void {
    this.#incoming?.finished();
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

  /** Ends the call with a status, or with a reset if it has replied. */
  reject(rejection: Rejection): void {
    if (this.#isDone) return;
    if (!this.#hasHeaders) return this.#finish(rejection);
    this.#isDone = true;
    this.#stream.reset(errorCodes.cancel);
  }

  #sendHeaders(): void {
    if (!this.#hasHeaders) this.#stream.sendHeaders(replyHeaders);
    this.#hasHeaders = true;
  }

  #countWaiting(): void {
    const added = this.#stream.queuedBytes - this.#waitingBytes;
    this.#waitingBytes += added;
    if (added > 0) this.#incoming?.wrote(added);
    else if (added < 0) this.#incoming?.bytes.release(-added);
    if (this.#waitingBytes === 0) this.#resume();
  }

  #resume(): void {
    for (const resolve of this.#writers.splice(0)) resolve();
  }

  #succeed(): void {
    this.#call?.answered();
    if (this.#isDone) return;
    this.#sendHeaders();
    const trailers = this.#incoming?.trailers;
    this.#end(trailers === undefined || trailers.size === 0 ? undefined : trailerFields(trailers));
  }

  #fail(error: unknown): void {
    if (this.#isDone || this.#call?.cancellation.aborted === true || this.#incoming === undefined) return;
    this.#call?.answered();
    this.#method.report(error);
    this.#finish(toRejection(error, this.#incoming.trailers));
  }

  /** Ends the call with a status after what was sent. */
  #finish(rejection: Rejection): void {
    if (this.#isDone) return;
    if (this.#hasHeaders) return this.#end(statusFields(rejection), noFields);
    this.#isDone = true;
    this.#stream.reject(replyHeaders, statusFields(rejection));
  }

  #end(fields: readonly string[] | undefined, list = okTrailers): void {
    this.#isDone = true;
    this.#stream.sendTrailers(list, fields);
    this.#stream.stopReceiving();
  }
}
