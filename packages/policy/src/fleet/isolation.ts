// Detects that a controller is cut off from all workers. If no worker sends anything, the controller is a likelier
// cause than all workers, so no worker expires or is suspected. Nothing could be placed anyway.

import { milliseconds, type Milliseconds } from '@pareto/core';
import { never, unresponsiveMs } from './live-worker.js';

export interface Isolation {
  /** Time of the last message of any worker. */
  readonly lastReceivedAt: Milliseconds;
  /** Returns whether no worker sent anything for 1.1 s. */
  isIsolated(now: Milliseconds): boolean;
  /** Returns the time at which the isolation begins if no worker sends anything. Infinity during isolation. */
  beginsAt(now: Milliseconds): Milliseconds;
  /**
   * Returns the time up to which a worker's absence counts: the last message of any worker during isolation, otherwise
   * `now`.
   */
  absentUntil(now: Milliseconds): Milliseconds;
  /** Records the receipt of a message of any worker. */
  onReceived(now: Milliseconds): void;
  /** Records that this controller could not run for `ms`, so that it could not receive anything. */
  onDelayed(ms: number, now: Milliseconds): void;
  /** Forgets all messages. */
  reset(): void;
}

/**
 * Creates the detector. `onEnd` is called for the first message after an isolation, with the time of the last message
 * before it.
 */
export function createIsolation(onEnd: (since: Milliseconds, now: Milliseconds) => void): Isolation {
  let lastReceivedAt = never;
  const isIsolated = (now: Milliseconds): boolean => now - lastReceivedAt >= unresponsiveMs;
  return {
    get lastReceivedAt() {
      return lastReceivedAt;
    },
    isIsolated,
    beginsAt: (now) => milliseconds(isIsolated(now) ? Infinity : lastReceivedAt + unresponsiveMs),
    absentUntil: (now) => (isIsolated(now) ? lastReceivedAt : now),
    onReceived(now) {
      if (isIsolated(now)) onEnd(lastReceivedAt, now);
      lastReceivedAt = now;
    },
    onDelayed: (ms, now) => void (lastReceivedAt = milliseconds(Math.min(now, lastReceivedAt + ms))),
    reset() {
      lastReceivedAt = never;
    },
  };
}
