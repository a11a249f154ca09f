// A call that has arrived: checks its caller from the headers before its request is read, counts its bytes, and describes it to
// its handler.

import { status } from '@grpc/grpc-js';
import { milliseconds, ParetoError, systemClock, type Clock, type Milliseconds } from '@pareto/core';
import { trailerText } from '@pareto/protocol';
import type { CallBytes } from '../limits/byte-budget.js';
import { Use } from '../limits/connections.js';
import type { Limiter } from '../limits/limiter.js';
import type { PeerRole } from '../tls/server-tls.js';
import { toRejection, type Rejection } from '../transport/status.js';
import { TextFields } from '../transport/text-fields.js';
import type { CallConnection } from './call-connection.js';
import { CallCancellation } from './cancellation.js';
import type { FrameHeaders } from './frame-headers.js';
import { encodingOf, type Encoding } from './inflate-messages.js';
import { isInternal, type MethodParts } from './method.js';
import type { ServerCall } from './server-call.js';

/** The stream of a call. It ignores what comes after the end of the call. */
export interface CallOwner {
  /** Ends the call with a status, after what was sent. */
  finish(rejection: Rejection): void;
  /** Ends the call with a status, or with a reset if it has replied. */
  reject(rejection: Rejection): void;
}

/** A class, since an object literal with accessors takes 2 µs for each call. */
export class IncomingCall implements ServerCall {
  readonly headers: FrameHeaders;
  readonly method: MethodParts;
  readonly connection: CallConnection;
  readonly cancellation: CallCancellation = new CallCancellation();
  /** Trailers of the reply. Until the handler is called, those that the check of the caller has set. */
  readonly trailers: TextFields = new TextFields();
  readonly receivedAt: Milliseconds;
  /** Encoding of compressed messages. Undefined if no message may be compressed. */
  encoding: Encoding | undefined;
  readonly bytes: CallBytes;
  readonly #owner: CallOwner;
  readonly #use: Use;
  #deadlineAt: number | undefined;
  #deadline: Disposable | undefined;
  /** A stream of a caller that was accepted uses its connection until it closes. Others do while the server works. */
  #isLasting = false;
  /** Sizes of the messages that the handler has. */
  #taken: number[] | undefined;
  #startedIn: number | undefined;
  #isAdmitted = false;
  #isAnswered = false;
  #isClosed = false;

  constructor(headers: FrameHeaders, method: MethodParts, connection: CallConnection, owner: CallOwner) {
    this.headers = headers;
    this.method = method;
    this.connection = connection;
    this.receivedAt = receivedBy(method.clock);
    this.bytes = this.limiter.bytes.open(connection, (error) =>
      this.#isAdmitted ? this.fail(error) : this.#closeWith(error),
    );
    this.#owner = owner;
    this.#use = new Use(connection.counted);
    connection.life.begin();
  }

  get limiter(): Limiter {
    return this.connection.limiter;
  }
  get metadata(): ReadonlyMap<string, string> {
    return this.headers.metadata;
  }
  get peer(): string {
    return this.connection.peer;
  }
  get peerRole(): PeerRole {
    return this.connection.peerRole;
  }
  get peerSubject(): string | undefined {
    return this.connection.peerSubject;
  }
  get signal(): AbortSignal {
    return this.cancellation.signal;
  }
  remainingMs(now?: Milliseconds): Milliseconds | undefined {
    if (this.#deadlineAt === undefined) return undefined;
    return milliseconds(Math.max(0, this.#deadlineAt - (now ?? this.method.clock.now())));
  }
  setTrailer(name: string, value: string, isPlain = false): void {
    this.trailers.set(name, isPlain ? value : trailerText(value));
  }

  /** Starts the deadline of the call. Returns false if the call is rejected, perhaps later. */
  admit(): boolean {
    const { headers, connection } = this;
    const { path, check, isRequestStream } = this.method;
    try {
      check?.(this);
      this.encoding = encodingOf(headers.encoding);
      headers.check();
    } catch (error) {
      connection.countDenial();
      this.#closeWith(error);
      return false;
    }
    if (check !== undefined && isInternal(path)) connection.isOfService = true;
    if (!this.bytes.take(headers.bytes, !isRequestStream)) return false;
    this.#isAdmitted = true;
    this.#isLasting = isRequestStream && check !== undefined;
    if (this.#isLasting) this.#use.begin();
    this.#startDeadline();
    return true;
  }
  #startDeadline(): void {
    const { timeoutMs } = this.headers;
    const { clock, timers } = this.method;
    if (timeoutMs === Infinity) return;
    this.#deadlineAt = clock.now() + timeoutMs;
    this.#deadline = timers.after(milliseconds(timeoutMs), () => {
      this.cancellation.abort(new ParetoError('deadline-exceeded', "the caller's deadline passed"));
      this.#owner.finish({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' });
    });
  }
  #closeWith(error: unknown): void {
    this.inTurn(() => {
      this.fail(error);
      this.close();
    });
  }
  /** Ends the call with the status of an error, and counts the limit that the error is about. */
  fail(error: unknown): void {
    this.limiter.count(error);
    this.#owner.reject(toRejection(error, this.trailers));
  }
  /** Ends the call with the status of the error of its handler. */
  handlerFailed(error: unknown): void {
    this.answered();
    this.method.report(error);
    this.#owner.finish(toRejection(error, this.trailers));
  }
  /** Marks the handler as finished, so that the call is not cancelled any more. */
  answered(): void {
    this.#isAnswered = true;
    this.#deadline?.[Symbol.dispose]();
  }

  /**
   * Takes a turn for the call when it arrives, when it is complete, or for its next message. Undefined if it may start now,
   * such as when it is complete in the iteration of the event loop in which it was passed on.
   */
  turn(): Promise<void> | undefined {
    const { turns } = this.limiter;
    if (this.#startedIn === turns.iteration) return undefined;
    return turns.take(this.connection.counted, () => this.#isClosed);
  }
  /**
   * Passes the call on in the turn of its arrival, since the start of a handler would block the event loop if thousands of calls
   * arrive together. The data of a stream waits until then.
   */
  start(pass: () => void): void {
    this.inTurn(() => {
      this.#startedIn = this.limiter.turns.iteration;
      pass();
    });
  }
  /** Runs a function in the next turn of the call. A call that is rejected takes a turn, too: it costs as much as others. */
  inTurn(run: () => void): void {
    const turn = this.turn();
    if (turn === undefined) run();
    else void turn.then(run);
  }
  /** Records that the whole request has arrived. */
  arrived(): void {
    if (!this.method.isRequestStream) this.#use.begin();
  }
  /** Records that the handler has taken a message of the request's stream. */
  took(bytes: number): void {
    (this.#taken ??= []).push(bytes);
    this.#use.begin();
  }
  /** Records that the handler no longer needs the first of the messages that it has taken. */
  finished(): void {
    this.bytes.release(this.#taken?.shift() ?? 0);
    if ((this.#taken?.length ?? 0) === 0 && !this.#isLasting) this.#use.end();
  }
  /** Records that the reply has bytes that wait for the client, until they are released. */
  wrote(bytes: number): void {
    if (!this.method.isRequestStream) this.#use.end();
    this.bytes.take(bytes, true);
  }
  /** Records the end of the call, once. Cancels the call unless it was answered. */
  close(): void {
    this.#isClosed = true;
    this.#deadline?.[Symbol.dispose]();
    if (this.#isAdmitted && !this.#isAnswered)
      this.cancellation.abort(new ParetoError('cancelled', 'the caller cancelled the call'));
    this.bytes[Symbol.dispose]();
    this.#use.end();
    this.connection.life.end();
  }
}

let readingStart: Milliseconds | undefined;

/**
 * Returns when the event loop started the current round of reading, by `systemClock`. Calls that arrive in one round get the
 * same time, since the last of them has waited for the others.
 */
function readingStartedAt(): Milliseconds {
  if (readingStart !== undefined) return readingStart;
  // oxlint-disable-next-line no-restricted-globals -- not time: the end of the loop's reading
  setImmediate(() => (readingStart = undefined));
  return (readingStart = systemClock.now());
}

/** Returns when a call that arrives now was received, by a clock. */
function receivedBy(clock: Clock): Milliseconds {
  const startedAt = readingStartedAt();
  return clock === systemClock ? startedAt : milliseconds(clock.now() - (systemClock.now() - startedAt));
}
