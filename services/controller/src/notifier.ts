// Waking those who wait for something to change.

import { milliseconds, type Clock } from '@pareto/core';

export interface Notifier {
  notify(): void;
  /** Resolves at the next `notify`, after `timeoutMs`, or when the signal aborts. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
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
