// The context of a call for its handler.

import type { Metadata } from '@grpc/grpc-js';
import { milliseconds, ParetoError, systemClock, type Clock, type Milliseconds } from '@pareto/core';
import { arrivalKey, readArrival } from './http2-server.js';
import { readMetadata } from '../transport/status.js';
import { trailerText } from '../transport/status-details.js';
import type { PeerRole } from '../tls/server-tls.js';

export interface ServerCall {
  /** Aborts when the caller cancels, its deadline passes, or the connection is lost. */
  readonly signal: AbortSignal;
  readonly metadata: ReadonlyMap<string, string>;
  readonly peer: string;
  /** Role in the caller's certificate. Undefined if it presented none. */
  readonly peerRole: PeerRole;
  /** Time when the headers were received, by the server's clock. */
  readonly receivedAt: Milliseconds;
  /** Returns the time until the caller's gRPC deadline. Undefined if it set none. */
  remainingMs(): Milliseconds | undefined;
  setTrailer(name: string, value: string): void;
}

/** The common part of the four kinds of grpc-js server calls. */
interface GrpcCall {
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Date | number;
  on(event: 'cancelled', listener: () => void): unknown;
}

interface OpenCall {
  readonly serverCall: ServerCall;
  /** Marks the handler as finished. grpc-js emits `cancelled` at the end of every call; after this it is ignored. */
  readonly answered: () => void;
}

/** Wraps a grpc-js call. `setTrailer` writes to `trailers`. */
export function createServerCall(call: GrpcCall, trailers: Metadata, clock: Clock): OpenCall {
  const aborter = new AbortController();
  const [text] = call.metadata.get(arrivalKey);
  const arrival = text === undefined ? undefined : readArrival(String(text));
  const waitedMs = arrival === undefined ? 0 : systemClock.now() - arrival.receivedAt;
  const now = clock.now();
  const receivedAt = milliseconds(now - waitedMs);
  const deadline = call.getDeadline();
  const deadlineWallMs = deadline instanceof Date ? deadline.getTime() : deadline;
  const deadlineAt = Number.isFinite(deadlineWallMs) ? now + (deadlineWallMs - clock.wallMs()) : undefined;
  const remainingMs = (): Milliseconds | undefined =>
    deadlineAt === undefined ? undefined : milliseconds(Math.max(0, deadlineAt - clock.now()));
  let metadata: ReadonlyMap<string, string> | undefined;
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
      return (metadata ??= readMetadata(call.metadata));
    },
    get peer() {
      return call.getPeer();
    },
    peerRole: arrival?.peerRole,
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
