// A measurement's turn on a device slot: it gives way to all others after each run.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import { maxHold, type SlotTokens } from '../devices/slot-tokens.js';

export interface MeasurementSlot {
  /** Others who wait go first. Resolves true when the slot was, or may have been, in other hands since the last run. */
  renew(): Promise<boolean>;
  /** Does it in this turn, which ends meanwhile if it takes too long: it may never end. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Until it is renewed. */
  release(): void;
  /** In all that was done, without the waiting. */
  readonly spentMs: Milliseconds;
}

export function createMeasurementSlot(tokens: SlotTokens, clock: Clock, signal?: AbortSignal): MeasurementSlot {
  let token: Disposable | undefined;
  let spentMs = 0;
  const release = (): void => {
    token?.[Symbol.dispose]();
    token = undefined;
  };
  return {
    async renew() {
      signal?.throwIfAborted();
      if (tokens.waiting > 0) release();
      if (token !== undefined) return false;
      token = await tokens.acquire(signal);
      return true;
    },
    async run(work) {
      const started = clock.now();
      using _late = clock.after(maxHold, release);
      try {
        return await work();
      } finally {
        spentMs += clock.now() - started;
      }
    },
    release,
    get spentMs() {
      return milliseconds(spentMs);
    },
  };
}
