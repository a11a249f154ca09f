// A clock for services in the test's own process: it runs faster than the system's, and stops while the process is
// blocked.

import { milliseconds, systemClock, type Clock, type Milliseconds } from '@pareto/core';

/** Real time between two steps, in which messages within the process arrive. */
const tickMs = 2;

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * Creates a clock that runs `speed` times as fast as the system's. It advances in steps, and only while a timer is
 * pending. On a busy machine it is slower, so that limits do not expire before the work within the process is done.
 */
export function createFastClock(speed = 8): Clock {
  const beganAt = systemClock.wallMs();
  const timers = new Set<Timer>();
  let ticking: NodeJS.Timeout | undefined;
  let now = 0;

  function tick(): void {
    now += tickMs * speed;
    const due = [...timers].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (timers.delete(timer)) timer.run();
    if (timers.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  }
  function after(delay: Milliseconds, run: () => void): Disposable {
    const timer = { at: now + delay, run };
    timers.add(timer);
    ticking ??= setInterval(tick, tickMs).unref();
    return { [Symbol.dispose]: () => void timers.delete(timer) };
  }
  return {
    now: () => milliseconds(now),
    wallMs: () => beganAt + now,
    after,
    sleep(delay, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason as Error);
        const stop = (): void => {
          timer[Symbol.dispose]();
          reject(signal?.reason as Error);
        };
        const timer = after(delay, () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        });
        signal?.addEventListener('abort', stop, { once: true });
      });
    },
  };
}
