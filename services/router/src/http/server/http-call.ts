// What handlers know of a call, where it came by HTTP.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { ParetoError, type Clock } from '@pareto/core';
import { internalPrefix, type PeerRole, type ServerCall } from '@pareto/rpc';

export interface HttpCall {
  readonly call: ServerCall;
  /** What the handler has set: headers of the answer. */
  readonly trailers: ReadonlyMap<string, string>;
}

/** Its headers are the metadata; the signal aborts when the caller goes away before the answer is sent. */
export function createHttpCall(
  request: IncomingMessage,
  response: ServerResponse,
  { certified, clock }: { readonly certified: PeerRole; readonly clock: Clock },
): HttpCall {
  const aborter = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) aborter.abort(new ParetoError('cancelled', 'the caller went away'));
  });
  const trailers = new Map<string, string>();
  const { remoteAddress = 'unknown', remotePort = 0 } = request.socket;
  const call: ServerCall = {
    signal: aborter.signal,
    metadata: metadataOf(request),
    peer: `${remoteAddress}:${remotePort}`,
    peerRole: certified,
    receivedAt: clock.now(),
    // The protocol's `timeout` is among the request's parameters.
    remainingMs: () => undefined,
    setTrailer: (name, value) => void trailers.set(name, value),
  };
  return { call, trailers };
}

/** What services tell each other is not for callers to say. */
function metadataOf({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && !name.startsWith(internalPrefix)) metadata.set(name, value);
  }
  return metadata;
}
