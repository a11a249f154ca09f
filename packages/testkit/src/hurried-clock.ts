// The system clock with chosen delays shortened, so that a test does not wait for a limit of several seconds.

import { milliseconds, systemClock, type Clock, type Milliseconds } from '@pareto/core';

/** Creates a clock on which a delay of exactly `from` ms takes `to` ms, for each pair. Other delays are unchanged. */
export function createHurriedClock(...cuts: readonly (readonly [from: number, to: number])[]): Clock {
  const cut = (delay: Milliseconds): Milliseconds => milliseconds(cuts.find(([from]) => from === delay)?.[1] ?? delay);
  return {
    ...systemClock,
    shortened: cut,
    after: (delay, callback) => systemClock.after(cut(delay), callback),
    sleep: (delay, signal) => systemClock.sleep(cut(delay), signal),
  };
}
