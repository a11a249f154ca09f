// Cuts a part out of a trace, and counts its arrivals.

import { lengthOf, startOf, type Trace } from '../arrivals/trace.js';

export interface TimeRange {
  readonly fromMs: number;
  /** End of the range, which is not in it. */
  readonly toMs: number;
}

/**
 * Returns the part of the trace between two times, from 0. Intervals without data are left out, so that they do not lower
 * its rate: those that follow them start earlier, and the part is shorter than the range.
 */
export function cutTrace(trace: Trace, { fromMs, toMs }: TimeRange): Trace {
  const lengthMs = Math.max(0, Math.min(toMs, lengthOf(trace)) - fromMs);
  switch (trace.form) {
    case 'times': {
      const [from, to] = [firstAt(trace.timesMs, fromMs), firstAt(trace.timesMs, toMs)];
      const timesMs = Float64Array.from(
        { length: to - from },
        (_, index) => (trace.timesMs[from + index] ?? 0) - fromMs,
      );
      return { form: 'times', timesMs, lengthMs };
    }
    case 'counts': {
      const { intervalMs, counts } = trace;
      const isIn = (_: number, index: number): boolean => {
        const startMs = startOf(trace, index);
        return startMs >= fromMs && startMs < toMs;
      };
      return { form: 'counts', intervalMs, counts: Float64Array.from(counts).filter(isIn) };
    }
  }
}

/** Returns the number of arrivals. */
export function arrivalsOf(trace: Trace): number {
  switch (trace.form) {
    case 'times':
      return trace.timesMs.length;
    case 'counts':
      return Float64Array.from(trace.counts).reduce((sum, count) => sum + count, 0);
  }
}

/** Returns the index of the first time that is not before `ms`. */
function firstAt(timesMs: ArrayLike<number>, ms: number): number {
  let [low, high] = [0, timesMs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
