// The context of a call for its handler.

import { milliseconds, ParetoError, systemClock, type Clock, type Milliseconds } from '@pareto/core';
import type { PeerRole } from '../tls/server-tls.js';
import { trailerText } from '../transport/status-details.js';
import { CallCancellation, type Cancellation } from './cancellation.js';
import type { CallHead, IncomingCall } from './incoming-call.js';

export interface ServerCall extends CallHead {
  /** Aborts when the caller cancels, its deadline passes, or the connection is lost. */
  readonly signal: AbortSignal;
  /** Aborts together with the signal, which a call has only if a handler uses it. */
  readonly cancellation: Cancellation;
  /** Time when the headers were received, by the server's clock. */
  readonly receivedAt: Milliseconds;
  /** Returns the time until the caller's gRPC deadline. Undefined if it set none. `now` spares a reading of the clock. */
  remainingMs(now?: Milliseconds): Milliseconds | undefined;
}

/** The trailers of a reply, such as the metadata of gRPC for Node. */
interface Trailers {
  set(name: string, value: string): unknown;
}

/** Time by which gRPC for Node may end a call before its deadline, as both are in whole milliseconds of different clocks. */
const earlyMs = 2;

/** A class, since an object literal with accessors takes 2 µs for each call. */
export class OpenCall implements ServerCall {
  readonly cancellation: CallCancellation = new CallCancellation();
  readonly receivedAt: Milliseconds;
  readonly #incoming: IncomingCall;
  readonly #trailers: Trailers;
  readonly #clock: Clock;
  readonly #deadlineAt: number | undefined;
  #isAnswered = false;

  /** `timeoutMs` is infinite without a deadline. `setTrailer` writes to `trailers`. */
  constructor(timeoutMs: number, incoming: IncomingCall, trailers: Trailers, clock: Clock) {
    if (trailers !== incoming.trailers) incoming.trailers.forEach((value, name) => trailers.set(name, value));
    this.receivedAt = receivedAt(incoming, clock);
    this.#incoming = incoming;
    this.#trailers = trailers;
    this.#clock = clock;
    this.#deadlineAt = Number.isFinite(timeoutMs) ? clock.now() + timeoutMs : undefined;
  }
  get signal(): AbortSignal {
    return this.cancellation.signal;
  }
  get metadata(): ReadonlyMap<string, string> {
    return this.#incoming.metadata;
  }
  get peer(): string {
    return this.#incoming.peer;
  }
  get peerRole(): PeerRole {
    return this.#incoming.peerRole;
  }
  get peerSubject(): string | undefined {
    return this.#incoming.peerSubject;
  }
  remainingMs(now?: Milliseconds): Milliseconds | undefined {
    if (this.#deadlineAt === undefined) return undefined;
    return milliseconds(Math.max(0, this.#deadlineAt - (now ?? this.#clock.now())));
  }
  setTrailer(name: string, value: string, isPlain = false): void {
    this.#trailers.set(name, isPlain ? value : trailerText(value));
  }
  /** Marks the handler as finished, so that `cancel` has no effect. grpc-js reports every end of a call. */
  answered(): void {
    this.#isAnswered = true;
  }
  /** Cancels the call. By default, the reason is the deadline if it passes now, otherwise the caller. */
  cancel(isLate: boolean = (this.remainingMs() ?? Infinity) <= earlyMs): void {
    if (this.#isAnswered) return;
    this.cancellation.abort(
      isLate
        ? new ParetoError('deadline-exceeded', "the caller's deadline passed")
        : new ParetoError('cancelled', 'the caller cancelled the call'),
    );
  }
}

/** Returns when a call was received by a clock. */
function receivedAt(incoming: IncomingCall, clock: Clock): Milliseconds {
  if (clock === systemClock) return incoming.receivedAt;
  return milliseconds(clock.now() - (systemClock.now() - incoming.receivedAt));
}
