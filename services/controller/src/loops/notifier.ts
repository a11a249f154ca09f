// Waits for a change, with a timeout.

import { milliseconds, type Clock } from '@pareto/core';

export interface Notifier {
  /** Wakes all current waiters. */
  notify(): void;
  /** Resolves at the next `notify`, after `timeoutMs`, or when the signal aborts. */
  readonly wait: (timeoutMs: number, signal?: AbortSignal) => Promise<void>;
}

/** A notifier for a single waiter. */
export interface WakeSignal {
  /** Wakes the waiter. If it is not waiting, its next wait returns immediately. */
  readonly wake: () => void;
  readonly wait: Notifier['wait'];
}

export function createWakeSignal(clock: Clock): WakeSignal {
  const notifier = createNotifier(clock);
  let isSet = false;
  return {
    wake() {
      isSet = true;
      notifier.notify();
    },
    async wait(timeoutMs, signal) {
      if (!isSet) await notifier.wait(timeoutMs, signal);
      isSet = false;
    },
  };
}

export function createNotifier(clock: Clock): Notifier {
  const waiting = new Set<() => void>();
  return {
    notify() {
      for (const resume of [...waiting]) resume();
    },
    wait(timeoutMs, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        const resume = (): void => {
          waiting.delete(resume);
          timer[Symbol.dispose]();
          signal?.removeEventListener('abort', resume);
          resolve();
        };
        const timer = clock.after(milliseconds(timeoutMs), resume);
        waiting.add(resume);
        signal?.addEventListener('abort', resume);
      });
    },
  };
}
