// Waking those who wait for something to change.

import { milliseconds, type Clock } from '@pareto/core';

export interface Notifier {
  notify(): void;
  /** Resolves at the next `notify`, after `timeoutMs`, or when the signal aborts. */
  readonly wait: (timeoutMs: number, signal: AbortSignal) => Promise<void>;
}

/** For one who waits: a ring while nobody waits is not lost. */
export interface WakeSignal {
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
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const resume = (): void => {
          waiting.delete(resume);
          timer[Symbol.dispose]();
          signal.removeEventListener('abort', resume);
          resolve();
        };
        const timer = clock.after(milliseconds(timeoutMs), resume);
        waiting.add(resume);
        signal.addEventListener('abort', resume);
      });
    },
  };
}
