// Cuts a part out of a trace, and counts its arrivals.

import { lengthOf, startOf, type Trace } from '../arrivals/trace.js';
import type { TraceClient } from '../arrivals/trace-client.js';

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
    case 'clients':
      return { form: 'clients', lengthMs, clients: trace.clients.map((client) => cutClient(client, { fromMs, toMs })) };
  }
}

/** Returns the number of arrivals, or its mean for clients. */
export function arrivalsOf(trace: Trace): number {
  switch (trace.form) {
    case 'times':
      return trace.timesMs.length;
    case 'counts':
      return Float64Array.from(trace.counts).reduce((sum, count) => sum + count, 0);
    case 'clients':
      return trace.clients
        .flatMap(({ segments }) => segments)
        .reduce((sum, { startMs, endMs, ratePerSecond }) => sum + ((endMs - startMs) / 1_000) * ratePerSecond, 0);
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

const cutClient = ({ seed, segments }: TraceClient, { fromMs, toMs }: TimeRange): TraceClient => ({
  seed,
  segments: segments
    .map((segment) => ({
      ...segment,
      startMs: Math.max(segment.startMs, fromMs) - fromMs,
      endMs: Math.min(segment.endMs, toMs) - fromMs,
    }))
    .filter(({ startMs, endMs }) => startMs < endMs),
});
