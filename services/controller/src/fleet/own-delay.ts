// Measures for how long this process could not run, because its event loop was blocked or the host is busy.

import { milliseconds, type Clock } from '@pareto/core';

const everyMs = milliseconds(250);
/** Delays below this are usual for timers. */
const minDelayMs = 100;

/** Calls `onDelay` with the length of each delay, until the signal aborts. */
export async function watchOwnDelay(onDelay: (ms: number) => void, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const dueAt = clock.now() + everyMs;
    await clock.sleep(everyMs, signal).catch(() => undefined);
    const lateMs = clock.now() - dueAt;
    if (lateMs >= minDelayMs) onDelay(lateMs);
  }
}
