// A timer that is started and stopped often, as for each run of a model, and almost never fires.

import type { Clock } from './clock.js';
import { milliseconds, type Milliseconds } from './units.js';

export interface Watchdog {
  /** Starts the delay, in place of a delay that was started before. */
  start(delay: Milliseconds): void;
  stop(): void;
}

/** Creates a watchdog, which is stopped. Starting it again rarely sets a timer, because one that is set stays. */
export function createWatchdog(clock: Clock, onDue: () => void): Watchdog {
  let dueAt = Infinity;
  let timer: Disposable | undefined;
  /** Value of `dueAt` for which the timer is set. It may fire earlier than `dueAt`. */
  let setFor = Infinity;

  function set(delay: Milliseconds): void {
    timer?.[Symbol.dispose]();
    timer = clock.after(delay, fire);
    setFor = dueAt;
  }
  function fire(): void {
    timer = undefined;
    const isDue = dueAt === setFor;
    setFor = Infinity;
    if (dueAt === Infinity) return;
    const left = milliseconds(dueAt - clock.now());
    if (!isDue && left > 0) return set(left);
    dueAt = Infinity;
    onDue();
  }
  return {
    start(delay) {
      dueAt = clock.now() + delay;
      if (timer === undefined || dueAt < setFor) set(delay);
    },
    stop() {
      dueAt = Infinity;
    },
  };
}
