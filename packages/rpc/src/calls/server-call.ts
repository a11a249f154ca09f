// The context of a call for its handler.

import type { Milliseconds } from '@pareto/core';
import type { PeerRole } from '../tls/server-tls.js';
import type { Cancellation } from './cancellation.js';

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
