// The context of a call for its handler.

import type { Metadata } from '@grpc/grpc-js';
import { milliseconds, ParetoError, systemClock, type Clock, type Milliseconds } from '@pareto/core';
import { trailerText } from '../transport/status-details.js';
import type { CallHead, IncomingCall } from './incoming-call.js';

export interface ServerCall extends CallHead {
  /** Aborts when the caller cancels, its deadline passes, or the connection is lost. */
  readonly signal: AbortSignal;
  /** Time when the headers were received, by the server's clock. */
  readonly receivedAt: Milliseconds;
  /** Returns the time until the caller's gRPC deadline. Undefined if it set none. */
  remainingMs(): Milliseconds | undefined;
}

/** The common part of the four kinds of grpc-js server calls. */
interface GrpcCall {
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

interface OpenCall {
  readonly serverCall: ServerCall;
  /** Marks the handler as finished. grpc-js emits `cancelled` at the end of every call; after this it is ignored. */
  readonly answered: () => void;
}

/** Wraps a grpc-js call. `setTrailer` writes to `trailers`. */
export function createServerCall(call: GrpcCall, incoming: IncomingCall, trailers: Metadata, clock: Clock): OpenCall {
  const aborter = new AbortController();
  const { head } = incoming;
  for (const [name, value] of incoming.trailers) trailers.set(name, value);
  const waitedMs = systemClock.now() - incoming.receivedAt;
  const now = clock.now();
  const receivedAt = milliseconds(now - waitedMs);
  const deadline = call.getDeadline();
  const deadlineWallMs = deadline instanceof Date ? deadline.getTime() : deadline;
  const deadlineAt = Number.isFinite(deadlineWallMs) ? now + (deadlineWallMs - clock.wallMs()) : undefined;
  const remainingMs = (): Milliseconds | undefined =>
    deadlineAt === undefined ? undefined : milliseconds(Math.max(0, deadlineAt - clock.now()));
  let isAnswered = false;
  call.on('cancelled', () => {
    if (isAnswered) return;
    const late = remainingMs() === 0;
    aborter.abort(
      late
        ? new ParetoError('deadline-exceeded', "the caller's deadline passed")
        : new ParetoError('cancelled', 'the caller cancelled the call'),
    );
  });
  const serverCall: ServerCall = {
    signal: aborter.signal,
    get metadata() {
      return head.metadata;
    },
    get peer() {
      return head.peer;
    },
    peerRole: head.peerRole,
    get peerSubject() {
      return head.peerSubject;
    },
    receivedAt,
    remainingMs,
    setTrailer: (name, value) => trailers.set(name, trailerText(value)),
  };
  return {
    serverCall,
    answered: () => {
      isAnswered = true;
    },
  };
}
