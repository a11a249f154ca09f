// A clock that a test advances. Callbacks run in order, and promises settle between them.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';

export interface ManualClock extends Clock {
  /** Advances the time and runs all due callbacks. */
  advance(ms: number): Promise<void>;
  /** Number of pending timers. */
  readonly waiting: number;
}

export function createManualClock(): ManualClock {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const after = (delay: Milliseconds, run: () => void): Disposable => {
    const timer = { at: now + delay, run };
    timers.add(timer);
    return { [Symbol.dispose]: () => void timers.delete(timer) };
  };
  return {
    get waiting() {
      return timers.size;
    },
    now: () => milliseconds(now),
    wallMs: () => now,
    after,
    sleep: (delay, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const timer = after(delay, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        const onAbort = (): void => {
          timer[Symbol.dispose]();
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
        await settle();
      }
      now = end;
    },
  };
}
