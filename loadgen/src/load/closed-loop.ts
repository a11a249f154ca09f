// The closed loop: keeps a constant number of requests in flight, which measures the capacity of the server.

import type { Clock } from '@pareto/core';
import type { SendRequest } from './send-request.js';

export interface ClosedLoop {
  readonly kind: 'closed';
  /** Requests that wait for their answers at any time. */
  readonly inFlight: number;
  /** Time from the start until the last request is sent. */
  readonly durationMs: number;
}

/** Resolves when all requests have an outcome. A signal that aborts stops the sending. */
export async function runClosedLoop(
  { inFlight, durationMs }: ClosedLoop,
  send: SendRequest,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = clock.now() + durationMs;
  let index = 0;
  const keepSending = async (): Promise<void> => {
    for (let now = clock.now(); now < until && signal?.aborted !== true; now = clock.now()) await send(index++, now);
  };
  await Promise.all(Array.from({ length: inFlight }, keepSending));
}
