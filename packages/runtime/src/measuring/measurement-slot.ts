// A measurement's hold of a device slot, which yields to waiting replicas after each run.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import { maxHold, type SlotTokens } from '../devices/slot-tokens.js';

export interface MeasurementSlot {
  /**
   * Acquires the slot, after all current waiters. Resolves with true if another holder may have used the slot since the
   * last run.
   */
  renew(): Promise<boolean>;
  /** Runs `work` while holding the slot. Releases the slot after `maxHold`, because the work may never end. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Releases the slot. `renew` acquires it again. */
  release(): void;
  /** Total time of all work, without the waits for the slot. */
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
