// The open loop: sends requests at their times, whether or not earlier ones were answered.

import { milliseconds, type Clock } from '@pareto/core';
import type { SendRequest } from './send-request.js';

export interface OpenLoop {
  readonly kind: 'open';
  /** Send times in ms from the start, ascending. */
  readonly arrivals: ArrayLike<number>;
}

/** Resolves when all requests have an outcome. A signal that aborts stops the sending. */
export async function runOpenLoop(
  { arrivals }: OpenLoop,
  send: SendRequest,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const startedAt = clock.now();
  const stopped = (): boolean => signal?.aborted === true;
  let inFlight = 0;
  let onIdle: (() => void) | undefined;
  const end = (): void => {
    inFlight--;
    if (inFlight === 0) onIdle?.();
  };
  for (let index = 0; index < arrivals.length && !stopped(); index++) {
    const intendedAt = startedAt + (arrivals[index] ?? 0);
    await sleepUntil(intendedAt, clock, signal);
    if (stopped()) break;
    inFlight++;
    void send(index, intendedAt).then(end);
  }
  if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
}

/** Resolves at a time, which a sleep may miss by less than 1 ms in both directions, or when the signal aborts. */
async function sleepUntil(time: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  const left = time - clock.now();
  if (left > 0) await clock.sleep(milliseconds(left), signal).catch(() => {});
}
