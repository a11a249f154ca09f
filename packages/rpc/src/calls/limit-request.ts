// Counts the bytes of a request as they arrive, and ends the call if a message is too large or the client stalls.

import { ParetoError } from '@pareto/core';
import { chunksTooSmall, limitError, RequestFields } from '@pareto/protocol';
import { malformedRequest } from './decode-request.js';
import { HeldData } from './held-data.js';
import type { IncomingCall } from './incoming-call.js';
import { inflateMessages } from './inflate-messages.js';
import { MessageBounds } from './message-bounds.js';
import { maxMessageOf, sizeLimitOf } from './method.js';
import type { Stall } from './stall-watch.js';

/** The reader of a request. */
export interface RequestReader {
  /** Receives the data of the request with inflated messages, and null at its end. Returns false if it has enough for now. */
  deliver(data: Buffer | null): boolean;
  /** Returns whether the call has ended. What still arrives of the request is discarded. */
  isDone(): boolean;
  /** Returns whether the call waits for its client. `isIncomplete` tells that the client has to send more of the request. */
  waitsForClient(isIncomplete: boolean): boolean;
}

/** The request of a call, between its transport and its reader. */
export class LimitedRequest implements Stall {
  quietSweeps = 0;
  readonly #call: IncomingCall;
  readonly #maxBytes: number;
  readonly #bounds: MessageBounds;
  readonly #reader: RequestReader;
  /** Delivers data that may be compressed. Undefined if no message may be. */
  readonly #inflate: ((data: Buffer | null) => boolean) | undefined;
  readonly #held: HeldData = new HeldData();
  readonly #stallSlot: number;
  #isWhole = false;
  #isRejected = false;
  /** Bytes that were counted for the messages. */
  #counted = 0;
  /** Size and number of the parts of the current message. */
  #received = 0;
  #parts = 0;
  /** Set unless the reader has enough for now. */
  #isWanted = true;

  constructor(call: IncomingCall, reader: RequestReader) {
    const { encoding, connection, limiter } = call;
    const { limits } = limiter;
    const { path, shape } = call.method;
    const maxBytes = maxMessageOf(path, limits);
    const fields = shape && new RequestFields(shape, limits);
    this.#call = call;
    this.#maxBytes = maxBytes;
    this.#bounds = new MessageBounds(maxBytes, encoding === undefined ? fields : undefined);
    this.#reader = reader;
    this.#stallSlot = connection.stalls.add(this);
    this.#inflate =
      encoding === undefined
        ? undefined
        : inflateMessages({
            ...{ encoding, maxBytes, reader: fields, push: (data) => reader.deliver(data) },
            fail: (error) => this.#reject(error),
            take: (inflated) => call.bytes.take(inflated, this.isWaiting),
          });
  }

  /** Set while the client has to send more. */
  get isWaiting(): boolean {
    return this.#call.method.isRequestStream ? !this.#bounds.isBetween : !this.#isWhole;
  }

  /** Takes data as it arrives, and null at its end. Returns false if the reader has enough for now. */
  push(data: Buffer | null): boolean {
    this.quietSweeps = 0;
    if (this.#isRejected) return true;
    const isDone = this.#reader.isDone();
    if (data === null) return isDone ? this.#reader.deliver(data) : this.#end();
    if (isDone) return true;
    const { path } = this.#call.method;
    try {
      const announced = this.#bounds.follow(data);
      if (announced > this.#maxBytes) throw tooLarge(path, announced, this.#maxBytes);
      this.#countPart(data.length);
    } catch (error) {
      this.#reject(error);
      return true;
    }
    return this.#hold(data);
  }

  /** Throws `invalid-argument` if the parts of the current message are too small. */
  #countPart(bytes: number): void {
    this.#received += bytes;
    this.#parts += 1;
    const { limits } = this.#call.limiter;
    if (chunksTooSmall(this.#parts, this.#received, limits)) throw partsTooSmall(limits.chunkBytes);
    if (this.#bounds.isBetween) this.#received = this.#parts = 0;
  }

  /** Counts data where it is held, and delivers it, at the latest with the end of its message. */
  #hold(data: Buffer): boolean {
    const held = this.#held;
    const { isBetween, missing } = this.#bounds;
    // The messages of a stream are counted by their sizes, so all of them are copied.
    const isKept = !this.#call.method.isRequestStream && held.mayKeep(data, missing);
    if (isKept || !held.hasRoom(data.length)) this.#deliverCopies();
    if (!this.#count(isKept ? held.keep(data) : held.copy(data, missing))) return true;
    if (isKept) return this.#deliver(data);
    return isBetween ? this.#deliverCopies() : this.#isWanted;
  }

  /** Returns false if the budget has ended the call. */
  #count(bytes: number): boolean {
    const { bytes: counts, method } = this.#call;
    if (!counts.take(bytes, this.isWaiting)) return false;
    if (!method.isRequestStream) return true;
    // What is left of a stream's messages is released when its handler has finished them.
    const now = this.#counted + bytes;
    this.#counted = this.#bounds.isBetween ? this.#bounds.messageBytes : now;
    if (this.#counted > now) return counts.take(this.#counted - now, this.isWaiting);
    counts.release(now - this.#counted);
    return true;
  }

  #deliverCopies(): boolean {
    return this.#held.hasCopies ? this.#deliver(this.#held.takeCopies()) : this.#isWanted;
  }

  #end(): boolean {
    this.#deliverCopies();
    this.#isWhole = true;
    this.#call.bytes.take(0, this.isWaiting);
    this.#call.arrived();
    return this.#deliver(null);
  }

  #deliver(data: Buffer | null): boolean {
    return (this.#isWanted = this.#inflate === undefined ? this.#reader.deliver(data) : this.#inflate(data));
  }

  /** Records that the client has read a part of the reply. */
  sent(): void {
    this.quietSweeps = 0;
  }

  onStalled(): void {
    if (this.#reader.waitsForClient(this.isWaiting)) this.#call.fail(stalled(this.#call.limiter.limits.stallMs));
  }

  /** Records the end of the call. */
  close(): void {
    this.#call.connection.stalls.remove(this.#stallSlot);
    this.#call.close();
  }

  #reject(error: unknown): void {
    if (this.#isRejected || this.#reader.isDone()) return;
    this.#isRejected = true;
    const rejection = error instanceof ParetoError ? error : malformedRequest(this.#call.method.path, error);
    this.#call.inTurn(() => this.#call.fail(rejection));
  }
}

function tooLarge(path: string, announced: number, maxBytes: number): ParetoError {
  const limit = sizeLimitOf(path);
  // The flag that sets the other limit is added to the status (`explainSizeLimit`).
  const reason = limit === 'messageBytes' ? '' : '; this is the limit of messages without tensors';
  const message = `Received message larger than max (${announced} vs ${maxBytes})${reason}`;
  return limitError(limit, 'resource-exhausted', message);
}

const partsTooSmall = (bytes: number): ParetoError =>
  limitError(
    'chunkBytes',
    'invalid-argument',
    `the message arrives in DATA frames of less than ${bytes} bytes: send larger ones`,
  );

const stalled = (stallMs: number): ParetoError =>
  limitError(
    'stallMs',
    'resource-exhausted',
    `the client sent and read nothing for ${stallMs / 1000} s in the middle of a message; the limit is set by --stall-timeout-ms`,
  );
