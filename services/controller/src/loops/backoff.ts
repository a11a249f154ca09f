// Pauses between attempts that keep failing.

import { milliseconds, type Clock } from '@pareto/core';

export interface Backoff {
  /**
   * Waits 100 ms the first time, and twice as long each time after that, up to 2 s. Returns early if the signal aborts.
   */
  pause(signal: AbortSignal): Promise<void>;
  /** Starts again at 100 ms. */
  readonly reset: () => void;
}

const minPauseMs = 100;
export const maxPauseMs = 2_000;

export function createBackoff(clock: Clock): Backoff {
  let pauseMs = minPauseMs;
  return {
    async pause(signal) {
      await clock.sleep(milliseconds(pauseMs), signal).catch(() => undefined);
      pauseMs = Math.min(maxPauseMs, pauseMs * 2);
    },
    reset() {
      pauseMs = minPauseMs;
    },
  };
}
