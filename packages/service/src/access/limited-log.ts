// Warnings that strangers can cause: at most a few of each message in a while, so that nobody fills the log.

import type { Clock } from '@pareto/core';
import type { LogFields, Logger } from '@pareto/telemetry';

const perWindow = 5;
const windowMs = 10_000;

interface Window {
  readonly since: number;
  readonly logged: number;
  readonly left: number;
}

/** At most five lines of a message in ten seconds; the next one says how many were left out (`suppressed`). */
export function limitWarnings(logger: Logger, clock: Clock): (message: string, fields: LogFields) => void {
  const windows = new Map<string, Window>();
  return (message, fields) => {
    const now = clock.now();
    const last = windows.get(message);
    const isOver = last === undefined || now - last.since >= windowMs;
    const { since, logged, left } = isOver ? { since: now, logged: 0, left: last?.left ?? 0 } : last;
    if (logged === perWindow) return void windows.set(message, { since, logged, left: left + 1 });
    windows.set(message, { since, logged: logged + 1, left: 0 });
    logger.warn(message, left > 0 ? { ...fields, suppressed: left } : fields);
  };
}
