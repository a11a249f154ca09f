// Creates the ServerCall of an HTTP request, for the handlers.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@pareto/core';
import { internalPrefix } from '@pareto/protocol';
import { type PeerRole, type ServerCall } from '@pareto/rpc';
import { disconnected } from '../reply/status.js';

export interface HttpCall {
  readonly call: ServerCall;
  /** Trailers that the handler has set. They are sent as headers of the reply. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** The request's headers become the metadata. The signal aborts if the caller disconnects before the reply is sent. */
export function createHttpCall(
  request: IncomingMessage,
  response: ServerResponse,
  { peerRole, clock }: { readonly peerRole: PeerRole; readonly clock: Clock },
): HttpCall {
  const aborter = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) aborter.abort(disconnected);
  });
  const trailers = new Map<string, string>();
  const { remoteAddress = 'unknown', remotePort = 0 } = request.socket;
  const call: ServerCall = {
    signal: aborter.signal,
    cancellation: aborter.signal,
    metadata: metadataOf(request),
    peer: `${remoteAddress}:${remotePort}`,
    peerRole,
    receivedAt: clock.now(),
    // HTTP has no deadline. The protocol's `timeout` is a request parameter.
    remainingMs: () => undefined,
    setTrailer: (name, value) => void trailers.set(name, value),
  };
  return { call, trailers };
}

/** Excludes the headers that only services may send to each other. */
function metadataOf({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && !name.startsWith(internalPrefix)) metadata.set(name, value);
  }
  return metadata;
}
