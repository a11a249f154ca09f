// What happens to a call before its request is read: its caller is checked from the headers, and its bytes are counted.

import { systemClock, type Milliseconds } from '@pareto/core';
import type { CallBytes } from '../limits/byte-budget.js';
import { Use } from '../limits/connections.js';
import type { Limiter } from '../limits/limiter.js';
import type { PeerRole } from '../tls/server-tls.js';
import { toRejection, type Rejection } from '../transport/status.js';
import { type MessageShape, trailerText } from '@pareto/protocol';
import { TextFields } from '../transport/text-fields.js';
import type { CallConnection } from './call-connection.js';
import { encodingOf, type Encoding } from './inflate-messages.js';
import { isInternal } from './method-limits.js';

/** Facts about a call that its headers alone tell. */
export interface CallHead {
  readonly metadata: ReadonlyMap<string, string>;
  readonly peer: string;
  /** Role in the caller's certificate. Undefined if it presented none. */
  readonly peerRole: PeerRole;
  /** Common name in the caller's certificate. Undefined if it presented none, and over HTTP. */
  readonly peerSubject?: string | undefined;
  /** Replaces the characters of the value that a trailer must not contain, unless `isPlain` tells that there are none. */
  setTrailer(name: string, value: string, isPlain?: boolean): void;
}

/** The headers of a call. */
export interface CallHeaders {
  readonly path: string;
  /** Encoding of compressed messages, as the caller named it. Undefined if it named none. */
  readonly encoding: string | undefined;
  /** Size of all names and values. */
  readonly bytes: number;
  /** Text metadata by name. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The transport of a call. */
export interface CallOwner {
  /** Ends the call with a status. */
  reject(rejection: Rejection): void;
}

/** Limits and checks that a server applies to its calls. */
export interface Gate {
  readonly limiter: Limiter;
  /** Returns the check of the callers of a method, which throws the error of a call that it rejects. */
  readonly checkOf: (path: string) => ((head: CallHead) => void) | undefined;
  readonly isRequestStream: (path: string) => boolean;
  /** Returns the shape of the messages of a method. Undefined if they may have any number of fields. */
  readonly shapeOf: (path: string) => MessageShape | undefined;
}

/**
 * Admits a call whose headers have arrived. Undefined if it is rejected, perhaps later. `owner.reject` ends the call with a
 * status, perhaps more than once.
 */
export function admitCall(
  headers: CallHeaders,
  connection: CallConnection,
  gate: Gate,
  owner: CallOwner,
): IncomingCall | undefined {
  const call = new IncomingCall(headers, connection, gate, owner);
  return call.admit() ? call : undefined;
}

/** A call whose caller was accepted. A class, since an object literal with accessors takes 2 µs for each call. */
export class IncomingCall implements CallHead {
  readonly headers: CallHeaders;
  readonly gate: Gate;
  /** Trailers of the reply. Until the handler is called, those that the check of the caller has set. */
  readonly trailers: TextFields = new TextFields();
  /** Time by `systemClock` when the headers arrived. The handler is called when the whole request is there. */
  readonly receivedAt: Milliseconds = readingStartedAt();
  /** Set if the request is a stream of messages. */
  readonly isStream: boolean;
  /** Encoding of compressed messages. Undefined if no message may be compressed. */
  encoding: Encoding | undefined;
  readonly bytes: CallBytes;
  readonly #connection: CallConnection;
  readonly #owner: CallOwner;
  readonly #use: Use;
  /** A stream of a caller that was accepted uses its connection until it closes. Others do while the server works. */
  #isLasting = false;
  /** Sizes of the messages that the handler has. */
  #taken: number[] | undefined;
  #startedIn: number | undefined;
  #isAdmitted = false;
  #isClosed = false;

  constructor(headers: CallHeaders, connection: CallConnection, gate: Gate, owner: CallOwner) {
    this.headers = headers;
    this.gate = gate;
    this.isStream = gate.isRequestStream(headers.path);
    this.bytes = gate.limiter.bytes.open(connection, (error) =>
      this.#isAdmitted ? this.fail(error) : this.#closeWith(error),
    );
    this.#connection = connection;
    this.#owner = owner;
    this.#use = new Use(connection.counted);
    connection.idle.begin();
  }

  get metadata(): ReadonlyMap<string, string> {
    return this.headers.metadata;
  }
  get peer(): string {
    return this.#connection.peer;
  }
  get peerRole(): PeerRole {
    return this.#connection.peerRole;
  }
  get peerSubject(): string | undefined {
    return this.#connection.peerSubject;
  }
  setTrailer(name: string, value: string): void {
    this.trailers.set(name, trailerText(value));
  }

  /** Returns false if the call is rejected. */
  admit(): boolean {
    const { headers, gate } = this;
    const check = gate.checkOf(headers.path);
    try {
      check?.(this);
      this.encoding = encodingOf(headers.encoding);
    } catch (error) {
      this.refuse(error);
      return false;
    }
    if (check !== undefined && isInternal(headers.path)) this.#connection.isOfService = true;
    if (!this.bytes.take(headers.bytes, !this.isStream)) return false;
    this.#isAdmitted = true;
    this.#isLasting = this.isStream && check !== undefined;
    if (this.#isLasting) this.#use.begin();
    return true;
  }
  /** Rejects and closes the call because of its headers. Counts it against its connection. */
  refuse(error: unknown): void {
    countDenial(this.#connection, this.gate.limiter);
    this.#closeWith(error);
  }
  #closeWith(error: unknown): void {
    this.inTurn(() => {
      this.fail(error);
      this.close();
    });
  }
  /** Ends the call with the status of an error, and counts the limit that the error is about. */
  fail(error: unknown): void {
    this.gate.limiter.count(error);
    this.reject(toRejection(error, this.trailers));
  }
  /** Ends the call with a status, unless it has ended. */
  reject(rejection: Rejection): void {
    this.#owner.reject(rejection);
  }
  /**
   * Takes a turn for the call when it arrives, when it is complete, or for its next message. Undefined if it may start now,
   * such as when it is complete in the iteration of the event loop in which it was passed on.
   */
  turn(): Promise<void> | undefined {
    const { turns } = this.gate.limiter;
    if (this.#startedIn === turns.iteration) return undefined;
    return turns.take(this.#connection.counted, () => this.#isClosed);
  }
  /**
   * Passes the call on in the turn of its arrival, since the start of a handler would block the event loop if thousands of calls
   * arrive together. The data of a stream waits until then.
   */
  start(pass: () => void): void {
    this.inTurn(() => {
      this.#startedIn = this.gate.limiter.turns.iteration;
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
    if (!this.isStream) this.#use.begin();
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
    if (!this.isStream) this.#use.end();
    this.bytes.take(bytes, true);
  }
  /** Records the end of the call, once. */
  close(): void {
    this.#isClosed = true;
    this.bytes[Symbol.dispose]();
    this.#use.end();
    this.#connection.idle.end();
  }
}

/** Closes a connection that continues to send calls that are rejected, since each call takes time from others. */
function countDenial(connection: CallConnection, limiter: Limiter): void {
  connection.denials += 1;
  if (connection.denials !== limiter.limits.denials + 1) return;
  limiter.reached('denials');
  connection.end();
}

let readingStart: Milliseconds | undefined;

/**
 * Returns when the event loop started the current round of reading. Calls that arrive in one round get the same time,
 * since the last of them has waited for the others.
 */
function readingStartedAt(): Milliseconds {
  if (readingStart !== undefined) return readingStart;
  // oxlint-disable-next-line no-restricted-globals -- not time: the end of the loop's reading
  setImmediate(() => (readingStart = undefined));
  return (readingStart = systemClock.now());
}
