// Whether this controller is cut off from all workers. If none sends anything, the cause is more likely the controller than
// every worker: no worker expires and none is suspected then, and nothing could be placed anyway.

import type { Milliseconds } from '@pareto/core';
import { neverLeft, unresponsiveMs } from './live-worker.js';

export interface Isolation {
  /** Whether no worker sent anything for 1.1 s. */
  isIsolated(now: Milliseconds): boolean;
  /** Time up to which a worker's absence counts: `now`, or the last message of any worker if this controller is isolated. */
  absentUntil(now: Milliseconds): Milliseconds;
  /** Notes a message of any worker. */
  onReceived(now: Milliseconds): void;
  /** Forgets all messages. */
  reset(): void;
}

/** `onEnd` is called with the first message after an isolation, and gets the time of the last one before it. */
export function createIsolation(onEnd: (since: Milliseconds, now: Milliseconds) => void): Isolation {
  let lastReceivedAt = neverLeft;
  const isIsolated = (now: Milliseconds): boolean => now - lastReceivedAt >= unresponsiveMs;
  return {
    isIsolated,
    absentUntil: (now) => (isIsolated(now) ? lastReceivedAt : now),
    onReceived(now) {
      if (isIsolated(now)) onEnd(lastReceivedAt, now);
      lastReceivedAt = now;
    },
    reset() {
      lastReceivedAt = neverLeft;
    },
  };
}
