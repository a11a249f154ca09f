// Arrivals of a recorded trace.

import type { Rng } from '@pareto/core';
import type { ArrivalPlanner } from './arrival-planner.js';
import { checkPositive } from './check-parameters.js';

/** Recorded arrivals: their ascending times in ms from the start, or their numbers in consecutive intervals. */
export type Trace =
  | { readonly form: 'times'; readonly timesMs: ArrayLike<number> }
  | { readonly form: 'counts'; readonly counts: ArrayLike<number>; readonly intervalMs: number };

export interface TraceArrivals {
  readonly trace: Trace;
  /** Factor for the rate. 1 if omitted. */
  readonly rateScale?: number;
  /** Factor for the length of the trace, at unchanged rates. 1 if omitted. */
  readonly timeScale?: number;
}

/**
 * Returns the arrivals of the trace, each as often as the scales require. Times of a trace are kept; what is added between
 * them and what only has a count is uniform in its interval.
 */
export const planTrace: ArrivalPlanner<TraceArrivals> = (parameters, durationMs, rng) => {
  const { trace, rateScale = 1, timeScale = 1 } = parameters;
  checkPositive('rateScale', rateScale);
  checkPositive('timeScale', timeScale);
  const copies = rateScale * timeScale;
  const times = trace.form === 'times' ? copyTimes(trace.timesMs, copies, rng) : spreadCounts(trace, copies, rng);
  return times
    .map((ms) => ms * timeScale)
    .filter((ms) => ms < durationMs)
    .sort((a, b) => a - b);
};

/** Keeps each time with probability `copies`. Above 1, keeps all, and adds others before the next time. */
function copyTimes(timesMs: ArrayLike<number>, copies: number, rng: Rng): number[] {
  return Array.from(timesMs).flatMap((ms, index) => {
    const gapMs = (timesMs[index + 1] ?? ms) - ms;
    return Array.from({ length: roundRandomly(copies, rng) }, (_, copy) => (copy === 0 ? ms : ms + gapMs * rng()));
  });
}

function spreadCounts(
  { counts, intervalMs }: Extract<Trace, { readonly form: 'counts' }>,
  copies: number,
  rng: Rng,
): number[] {
  checkPositive('intervalMs', intervalMs);
  return Array.from(counts).flatMap((count, index) =>
    Array.from({ length: roundRandomly(count * copies, rng) }, () => (index + rng()) * intervalMs),
  );
}

/** Returns one of the two neighbouring whole numbers, so that the mean is `value`. Draws nothing for a whole number. */
function roundRandomly(value: number, rng: Rng): number {
  const whole = Math.floor(value);
  return value === whole || rng() >= value - whole ? whole : whole + 1;
}
