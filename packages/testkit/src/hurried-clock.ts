// The system clock with chosen delays cut short, so that a test need not sit out a limit of several seconds.

import { milliseconds, systemClock, type Clock, type Milliseconds } from '@pareto/core';

/** Returns a clock on which a delay of exactly `from` ms lasts `to` ms for each pair; all others last as long as they say. */
export function createHurriedClock(...cuts: readonly (readonly [from: number, to: number])[]): Clock {
  const cut = (delay: Milliseconds): Milliseconds => milliseconds(cuts.find(([from]) => from === delay)?.[1] ?? delay);
  return {
    ...systemClock,
    after: (delay, callback) => systemClock.after(cut(delay), callback),
    sleep: (delay, signal) => systemClock.sleep(cut(delay), signal),
  };
}
