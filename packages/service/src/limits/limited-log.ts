// A rate limit for warnings that clients or other processes can cause, so that they cannot fill the log.

import type { Clock } from '@pareto/core';
import type { LogFields, Logger } from '@pareto/telemetry';

export interface WarningRate {
  /** Maximum number of lines with one message in a window. 5 by default. */
  readonly maxPerWindow?: number;
  /** 10 s by default. */
  readonly windowMs?: number;
}

interface Window {
  readonly since: number;
  readonly logged: number;
  /** Number of lines left out. */
  readonly suppressed: number;
}

/** Returns a function that logs each message at the given rate at most. The next line counts the `suppressed` ones. */
export function limitWarnings(
  logger: Logger,
  clock: Clock,
  { maxPerWindow = 5, windowMs = 10_000 }: WarningRate = {},
): (message: string, fields: LogFields) => void {
  const windows = new Map<string, Window>();
  return (message, fields) => {
    const now = clock.now();
    const last = windows.get(message);
    const isOver = last === undefined || now - last.since >= windowMs;
    const { since, logged, suppressed } = isOver ? { since: now, logged: 0, suppressed: last?.suppressed ?? 0 } : last;
    if (logged === maxPerWindow) return void windows.set(message, { since, logged, suppressed: suppressed + 1 });
    windows.set(message, { since, logged: logged + 1, suppressed: 0 });
    logger.warn(message, suppressed > 0 ? { ...fields, suppressed } : fields);
  };
}
