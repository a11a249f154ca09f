// Calls of a worker by a router in its process: they end like calls over a connection, but pass objects, so that nothing is
// encoded or checked. The handler limits them.

import { milliseconds, ParetoError, type Milliseconds, type ReplicaLoad } from '@pareto/core';
import { CallCancellation } from '../calls/cancellation.js';
import type { RoutedCall } from '../calls/routed-call.js';
import type { UnaryMethod } from '../calls/method.js';
import type { ReplyReceiver } from '../calls/services.js';
import type { PayloadReply } from '../client/payload-channel.js';
import {
  formatLoad,
  loadKey,
  type Payload,
  receivedError,
  type ReplyLoad,
  type RoutedDecision,
  type ScannedRequest,
  trailerText,
} from '@pareto/protocol';
import { replyTooLarge } from '../transport/size-limit.js';
import { codeOfStatus, toRejection } from '../transport/status.js';
import { TextFields } from '../transport/text-fields.js';

/** A query for a worker. */
export interface RoutedQuery extends Pick<RoutedCall, 'payload' | 'decision' | 'traceparent'> {
  /** The fields of the payload. */
  readonly request: ScannedRequest;
  /** Time until the caller's deadline. Undefined if there is none. */
  readonly timeoutMs: number | undefined;
}

/** A worker's reply to a query. */
export interface RoutedReply extends PayloadReply {
  /** Load of the replica. Undefined if it is among the trailers. */
  readonly load?: ReplyLoad | undefined;
}

/** Called once for each query. */
export type OnReply = (outcome: RoutedReply | ParetoError) => void;

/** Sends a query to a worker in this process. Returns a function that cancels it. */
export type LocalInfer = (query: RoutedQuery, done: OnReply) => () => void;

/** A handler that gets queries over connections, too. Calls the receiver immediately or later, since promises take longer. */
export type RoutedHandler = (call: RoutedCall, receiver: ReplyReceiver) => void;

/** Creates a function that calls the handler. Its calls are limited and reported like those of `method`. */
export const createLocalInfer =
  (method: UnaryMethod, handler: RoutedHandler): LocalInfer =>
  (query, done) => {
    const call = new LocalCall(method, query, done);
    call.run(handler);
    return () => call.cancel(new ParetoError('cancelled', 'the caller cancelled the call'));
  };

class LocalCall implements RoutedCall, ReplyReceiver {
  readonly cancellation: CallCancellation = new CallCancellation();
  readonly receivedAt: Milliseconds;
  readonly payload: Payload;
  readonly decision: RoutedDecision;
  readonly traceparent: string | undefined;
  readonly #method: UnaryMethod;
  readonly #query: RoutedQuery;
  readonly #done: OnReply;
  readonly #trailers = new TextFields();
  readonly #timer: Disposable | undefined;
  #load: ReplyLoad | undefined;
  #isStarting = true;
  #isEnded = false;

  constructor(method: UnaryMethod, query: RoutedQuery, done: OnReply) {
    const { timeoutMs } = query;
    this.receivedAt = method.clock.now();
    this.payload = query.payload;
    this.decision = query.decision;
    this.traceparent = query.traceparent;
    this.#method = method;
    this.#query = query;
    this.#done = done;
    this.#timer =
      timeoutMs === undefined ? undefined : method.timers.after(milliseconds(timeoutMs), () => this.#expire());
  }
  request(): ScannedRequest {
    return this.#query.request;
  }
  remainingMs(): Milliseconds | undefined {
    const { timeoutMs } = this.#query;
    if (timeoutMs === undefined) return undefined;
    return milliseconds(Math.max(0, this.receivedAt + timeoutMs - this.#method.clock.now()));
  }
  setTrailer(name: string, value: string, isPlain = false): void {
    this.#trailers.set(name, isPlain ? value : trailerText(value));
  }
  setLoad(load: ReplicaLoad, tookMs: number): void {
    this.#load = { load, tookMs };
  }

  run(handler: RoutedHandler): void {
    handler(this, this);
    this.#isStarting = false;
  }
  cancel(reason: ParetoError): void {
    this.#end(reason);
    this.cancellation.abort(reason);
  }
  #expire(): void {
    this.cancel(new ParetoError('deadline-exceeded', `no reply within ${this.#query.timeoutMs} ms`));
  }
  succeed(payload: Payload): void {
    const { maxReplyBytes } = this.#method;
    if (payload.length > maxReplyBytes) this.fail(replyTooLarge(payload.length, maxReplyBytes));
    else this.#end({ payload, trailers: this.#trailers, load: this.#load });
  }
  fail(error: unknown): void {
    if (this.#isEnded) return;
    this.#method.report(error);
    if (this.#load !== undefined) this.#trailers.set(loadKey, formatLoad(this.#load));
    this.#end(asReceived(error, this.#trailers));
  }
  #end(outcome: RoutedReply | ParetoError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timer?.[Symbol.dispose]();
    // The caller expects the outcome after it has started the call.
    if (this.#isStarting) queueMicrotask(() => this.#done(outcome));
    else this.#done(outcome);
  }
}

/** Returns the error that a caller in another process would receive. */
function asReceived(error: unknown, sent: TextFields): ParetoError {
  const { code, details: text } = toRejection(error, sent);
  return receivedError(codeOfStatus(code), text, Object.fromEntries(sent), { text, cause: error });
}
