// Logs when the routing table becomes stale and when it is fresh again.

import { milliseconds, type Clock } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';

export interface StalenessLogOptions {
  /** Returns the time for which the table may have been out of date. */
  readonly ageMs: () => number;
  readonly staleAfterMs: number;
  /** Returns further fields for the log. */
  readonly facts: () => Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const checkEveryMs = 1_000;

/** Checks until the result is disposed: every second while the table is stale, and otherwise when it may be. */
export function startStalenessLog({ ageMs, staleAfterMs, facts, clock, logger }: StalenessLogOptions): Disposable {
  let oldestMs = 0;
  let timer = schedule();

  function schedule(): Disposable {
    return clock.after(milliseconds(Math.max(checkEveryMs, staleAfterMs - ageMs())), check);
  }
  function check(): void {
    timer = schedule();
    const now = ageMs();
    const isStale = now > staleAfterMs;
    if (isStale && oldestMs === 0) logger.warn('routing table is stale', { ageMs: Math.round(now), ...facts() });
    if (!isStale && oldestMs > 0) logger.info('routing table is fresh again', { oldestMs: Math.round(oldestMs) });
    oldestMs = isStale ? Math.max(oldestMs, now) : 0;
  }
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
