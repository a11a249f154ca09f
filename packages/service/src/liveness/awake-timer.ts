// Timeouts that do not count the time in which this process could not run.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';

/** A timeout has this many parts. A delay of the event loop extends it, except for the rest of the part that it began in. */
const partCount = 3;
/** Time to read what arrived while the event loop was blocked. */
const readMs = milliseconds(1);

/**
 * Calls back once after a timeout, unless disposed before. Time in which the event loop was blocked or starved does not count:
 * silence proves nothing while this process could not have received anything.
 */
export function afterAwake(clock: Pick<Clock, 'after'>, timeoutMs: Milliseconds, callback: () => void): Disposable {
  let left = partCount;
  const startPart = (): Disposable => {
    left -= 1;
    const next = (): Disposable => (left > 0 ? startPart() : clock.after(readMs, callback));
    return clock.after(milliseconds(timeoutMs / partCount), () => (timer = next()));
  };
  let timer = startPart();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
