// A unary call of encoded messages, over any transport: reads its message, calls the handler, and settles once.

import { status } from '@grpc/grpc-js';
import { milliseconds } from '@pareto/core';
import { joinSlices, payloadOf, sliceRange, type Payload } from '@pareto/protocol';
import { headBytes } from '../transport/message-head.js';
import { replyTooLarge } from '../transport/size-limit.js';
import { toRejection, type Rejection } from '../transport/status.js';
import type { TextFields } from '../transport/text-fields.js';
import { parseTimeout } from '../transport/timeout.js';
import type { IncomingCall } from './incoming-call.js';
import { OpenCall } from './server-call.js';
import type { ReplyReceiver, UnaryMethod } from './services.js';

/** The transport of a call. */
export interface CallTransport {
  /** Sends a reply with trailers, whose names are in lower case. */
  sendReply(reply: Payload, trailers: TextFields): void;
}

export class UnaryCall implements ReplyReceiver {
  readonly #method: UnaryMethod;
  readonly #incoming: IncomingCall;
  readonly #transport: CallTransport;
  readonly #call: OpenCall;
  readonly #timer: Disposable | undefined;
  #chunks: Buffer[] | undefined;
  #isEnded = false;

  /** Starts an admitted call. `timeout` is the header `grpc-timeout`. */
  constructor(method: UnaryMethod, incoming: IncomingCall, timeout: string | undefined, transport: CallTransport) {
    const { clock, timers } = method;
    const timeoutMs = (timeout === undefined ? undefined : parseTimeout(timeout)) ?? Infinity;
    this.#method = method;
    this.#incoming = incoming;
    this.#transport = transport;
    this.#call = new OpenCall(timeoutMs, incoming, clock);
    this.#timer = timeoutMs === Infinity ? undefined : timers.after(milliseconds(timeoutMs), () => this.#expire());
  }

  #expire(): void {
    this.#call.cancel(true);
    this.#reject({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
  }

  /** Takes data of the request, which does not change. */
  receive(chunk: Buffer): void {
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
  }

  /** Takes the end of the request: calls the handler if it is one message. */
  complete(): void {
    if (this.#isEnded) return;
    const message = readRequest(this.#chunks ?? [], this.#method.path);
    if ('code' in message) return this.#incoming.inTurn(() => this.#reject(message));
    this.#start(message);
  }

  #start(message: Payload): void {
    this.#incoming.inTurn(() => this.#run(message));
  }

  /** Cancels the call after its transport has closed, unless it has ended. */
  cancel(): void {
    if (this.#end()) this.#call.cancel(false);
  }

  #run(message: Payload): void {
    if (this.#isEnded) return;
    if (this.#call.cancellation.aborted) return this.fail(this.#call.cancellation.reason);
    try {
      this.#method.handler(message, this.#call, this);
    } catch (error) {
      this.fail(error);
    }
  }

  succeed(reply: Payload): void {
    const { maxReplyBytes } = this.#method;
    if (reply.length > maxReplyBytes) return this.fail(replyTooLarge(reply.length, maxReplyBytes));
    this.#call.answered();
    if (this.#end()) this.#transport.sendReply(reply, this.#incoming.trailers);
  }

  fail(error: unknown): void {
    if (this.#isEnded) return;
    this.#call.answered();
    this.#method.report(error);
    this.#reject(toRejection(error, this.#incoming.trailers));
  }

  #reject(rejection: Rejection): void {
    if (this.#end()) this.#incoming.reject(rejection);
  }

  /** Returns false if the call had ended before. */
  #end(): boolean {
    if (this.#isEnded) return false;
    this.#isEnded = true;
    this.#timer?.[Symbol.dispose]();
    return true;
  }
}

/** Returns the only message of a request, or the status of a request that is not one message. */
function readRequest(chunks: readonly Buffer[], path: string): Payload | Rejection {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  const [first] = chunks;
  const isWhole = first !== undefined && first.length >= headBytes;
  const head = isWhole ? first : joinSlices(sliceRange(chunks, 0, headBytes));
  const end = headBytes + (head.length < headBytes ? Infinity : head.readUInt32BE(1));
  if (bytes !== end) return notOneMessage(end - bytes, path);
  if (head[0] !== 0) {
    return {
      code: status.UNIMPLEMENTED,
      details: 'Received a compressed message without the header grpc-encoding, which must be gzip or deflate',
    };
  }
  return payloadOf(sliceRange(chunks, headBytes, end));
}

/** Returns the status of a request with missing bytes, or too many if the number is negative. */
const notOneMessage = (missing: number, path: string): Rejection => ({
  code: status.UNIMPLEMENTED,
  details: `Received ${missing > 0 ? 'no' : 'a second'} request message for unary method ${path}`,
});
