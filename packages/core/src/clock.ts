// The interface of clocks, and the clock of the system.

import { milliseconds, type Milliseconds } from './units.js';

export interface Clock {
  /** Returns monotonic time from an arbitrary origin. */
  now(): Milliseconds;
  /** Returns milliseconds since the Unix epoch, for display and storage; never use it for durations. */
  wallMs(): number;
  /** Calls back once after a delay, unless disposed before. Does not keep the process alive. */
  after(delay: Milliseconds, callback: () => void): Disposable;
  /** Delay of a timer of a wheel in place of the given one, on clocks that shorten delays. */
  readonly shortened?: (delay: Milliseconds) => Milliseconds;
  /** Resolves after a delay. Rejects with the signal's reason if it aborts first. */
  sleep(delay: Milliseconds, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => milliseconds(performance.now()),
  wallMs: () => Date.now(),
  after(delay, callback) {
    const timer = setTimeout(callback, delay);
    timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
  sleep(delay, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, delay);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};
