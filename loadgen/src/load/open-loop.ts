// The open loop: sends requests at their times, whether or not earlier ones were answered.

import { milliseconds, type Clock } from '@pareto/core';
import type { LoadClock, WakeAt } from './load-clock.js';
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
  clock: LoadClock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const startedAt = clock.now();
  const times = Float64Array.from(arrivals, (ms) => startedAt + ms);
  let next = 0;
  let inFlight = 0;
  let onIdle: (() => void) | undefined;
  const end = (): void => {
    inFlight--;
    if (inFlight === 0) onIdle?.();
  };
  const sendDue = (count: number): void => {
    while (next < count && signal?.aborted !== true) {
      const index = next++;
      inFlight++;
      void send(index, times[index] ?? 0).then(end);
    }
  };
  const wakeAt = clock.wakeAt ?? sleepingWakeAt(clock);
  await wakeAt(times, sendDue, signal);
  if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
}

/**
 * Sleeps until each time, and reports all that are due then. A sleep may end up to 1 ms before or after it. A loop that is
 * late sleeps as well, so that replies and an abort arrive.
 */
const sleepingWakeAt =
  (clock: Clock): WakeAt =>
  async (times, onDue, signal) => {
    for (let count = 0; count < times.length && signal?.aborted !== true;) {
      const left = Math.max(0, (times[count] ?? 0) - clock.now());
      await clock.sleep(milliseconds(left), signal).catch(() => {});
      const now = clock.now();
      do count++;
      while ((times[count] ?? Infinity) <= now);
      onDue(count);
    }
  };
