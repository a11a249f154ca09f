// Windows of a trace, for simulations that do not run all of it.

import type { TimeRange } from './cut-trace.js';

export interface WindowOptions {
  /** 12 if omitted. */
  readonly count?: number;
  /** Ten minutes if omitted. */
  readonly windowMs?: number;
}

/** Windows start at whole minutes, which are also the intervals of the counts. */
const stepMs = 60_000;
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * Returns windows in ascending order. The times at which a window may start are divided into `count` equal sections, and
 * there is a window in each. Its position in its section is the fractional part of a multiple of the golden ratio, which
 * spreads the windows over the phases of any period, such as bursts every two hours. Windows overlap if the part is short.
 * Returns the whole part if it is no longer than a window.
 */
export function planWindows(lengthMs: number, { count = 12, windowMs = 600_000 }: WindowOptions = {}): TimeRange[] {
  if (lengthMs <= windowMs) return [{ fromMs: 0, toMs: lengthMs }];
  const sectionMs = (lengthMs - windowMs) / count;
  return Array.from({ length: count }, (_, index) => {
    const startMs = (index + (((index + 0.5) * goldenRatio) % 1)) * sectionMs;
    const fromMs = Math.floor(startMs / stepMs) * stepMs;
    return { fromMs, toMs: fromMs + windowMs };
  });
}
