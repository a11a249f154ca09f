// Time as a parameter: the interface, and the one real clock.

import { milliseconds, type Milliseconds } from './units.js';

export interface Clock {
  /** Monotonic, from an arbitrary origin. */
  now(): Milliseconds;
  /** Milliseconds since the Unix epoch: for people and files, never for durations. */
  wallMs(): number;
  /** Calls back once after a delay; disposing cancels it. Does not keep a process alive. */
  after(delay: Milliseconds, callback: () => void): Disposable;
  /** Resolves after a delay; rejects with the signal's reason when it aborts first. */
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
