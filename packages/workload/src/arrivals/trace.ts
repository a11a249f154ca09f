// Arrivals of a trace: recorded times, recorded counts, or the renewal processes of recorded clients.

import type { Rng } from '@pareto/core';
import type { ArrivalPlanner } from './arrival-planner.js';
import { checkFraction, checkPositive } from './check-parameters.js';
import { mergeStreams } from './merge-streams.js';
import { renewalsOf, type TraceClient } from './trace-client.js';

/** Times are in ms from the start of the trace. */
export type Trace =
  /** The ascending times of all arrivals. The trace ends a mean gap after the last one if `lengthMs` is omitted. */
  | { readonly form: 'times'; readonly timesMs: ArrayLike<number>; readonly lengthMs?: number }
  | {
      readonly form: 'counts';
      /** Arrivals in each interval. A fraction is the probability of one more. */
      readonly counts: ArrayLike<number>;
      readonly intervalMs: number;
      /** Starts of the intervals, ascending. The intervals follow each other if omitted. */
      readonly startsMs?: ArrayLike<number>;
    }
  /** Clients whose arrivals are drawn, the same each time. */
  | { readonly form: 'clients'; readonly clients: readonly TraceClient[]; readonly lengthMs: number };

type Times = Extract<Trace, { readonly form: 'times' }>;
type Counts = Extract<Trace, { readonly form: 'counts' }>;
type Clients = Extract<Trace, { readonly form: 'clients' }>;

export interface TraceArrivals {
  readonly trace: Trace;
  /** Factor for the rate. 1 if omitted. */
  readonly rateScale?: number;
  /** Factor for the length of the trace, at unchanged rates. 1 if omitted. */
  readonly timeScale?: number;
  /** Probability with which each of the arrivals is kept, independently of the others. 1 if omitted. */
  readonly share?: number;
}

/** Scales of a replay, all of them given. */
interface Replay {
  readonly rateScale: number;
  readonly timeScale: number;
  /** Returns how many of the next arrivals are kept. */
  readonly thin: (arrivals: number) => number;
  readonly rng: Rng;
}

export const planTrace: ArrivalPlanner<TraceArrivals> = function* (parameters, durationMs, rng) {
  for (const ms of replayTrace(parameters, rng)) {
    if (ms >= durationMs) return;
    yield ms;
  }
};

/**
 * Returns the ascending times of the arrivals, each as often as the scales require, in memory that does not depend on their
 * number. Recorded times are kept. What is added between them, and what only has a count, is uniform in its interval: a
 * Poisson process, given its count. Parts with a `share` each are together as a replay of the whole, whose shape they keep.
 */
export function replayTrace(parameters: TraceArrivals, rng: Rng): Iterable<number> {
  const { trace, rateScale = 1, timeScale = 1, share = 1 } = parameters;
  checkPositive('rateScale', rateScale);
  checkPositive('timeScale', timeScale);
  checkFraction('share', share);
  if (trace.form === 'counts') checkPositive('intervalMs', trace.intervalMs);
  const replay = { rateScale, timeScale, thin: createThinning(share, rng), rng };
  if (trace.form === 'times') return replayTimes(trace, replay);
  return trace.form === 'counts' ? replayCounts(trace, replay) : replayClients(trace, replay);
}

/** Returns the length of a trace in ms. */
export function lengthOf(trace: Trace): number {
  if (trace.form === 'clients') return trace.lengthMs;
  if (trace.form === 'counts') {
    const last = trace.counts.length - 1;
    return last < 0 ? 0 : startOf(trace, last) + trace.intervalMs;
  }
  const lastMs = trace.timesMs[trace.timesMs.length - 1] ?? 0;
  return trace.lengthMs ?? Math.max(1, lastMs + lastMs / Math.max(1, trace.timesMs.length - 1));
}

/** Returns the start of an interval in ms. */
export const startOf = ({ startsMs, intervalMs }: Counts, index: number): number =>
  startsMs?.[index] ?? index * intervalMs;

/** Adds arrivals between a time and the next one if each is replayed more than once. */
function* replayTimes(trace: Times, { rateScale, timeScale, thin, rng }: Replay): Generator<number> {
  const { timesMs } = trace;
  const copies = rateScale * timeScale;
  for (let index = 0; index < timesMs.length; index++) {
    const ms = timesMs[index] ?? 0;
    const gapMs = (timesMs[index + 1] ?? lengthOf(trace)) - ms;
    const count = roundRandomly(copies, rng);
    if (count === 0) continue;
    if (thin(1) === 1) yield ms * timeScale;
    for (const added of drawSorted(thin(count - 1), ms * timeScale, gapMs * timeScale, rng)) yield added;
  }
}

function* replayCounts(trace: Counts, { rateScale, timeScale, thin, rng }: Replay): Generator<number> {
  const { counts, intervalMs } = trace;
  const copies = rateScale * timeScale;
  for (let index = 0; index < counts.length; index++) {
    const kept = thin(roundRandomly((counts[index] ?? 0) * copies, rng));
    for (const ms of drawSorted(kept, startOf(trace, index) * timeScale, intervalMs * timeScale, rng)) yield ms;
  }
}

function* replayClients({ clients }: Clients, { rateScale, timeScale, thin }: Replay): Generator<number> {
  const merged = mergeStreams(clients.map((client) => renewalsOf(client, rateScale, timeScale)));
  for (const { ms } of merged) if (thin(1) === 1) yield ms;
}

/** Returns ascending times that are uniform in an interval. */
function drawSorted(count: number, fromMs: number, lengthMs: number, rng: Rng): Float64Array {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) times[index] = fromMs + rng() * lengthMs;
  return count < 2 ? times : times.sort();
}

/** Returns one of the two neighbouring whole numbers, so that the mean is `value`. Draws nothing for a whole number. */
function roundRandomly(value: number, rng: Rng): number {
  const whole = Math.floor(value);
  return value === whole || rng() >= value - whole ? whole : whole + 1;
}

/** Returns a function that keeps each arrival with a probability. It draws once for each arrival that it keeps. */
function createThinning(share: number, rng: Rng): (arrivals: number) => number {
  if (share === 1) return (arrivals) => arrivals;
  const logMiss = Math.log1p(-share);
  // The number of misses before the next hit has the geometric distribution.
  const drawMisses = (): number => Math.floor(Math.log(1 - rng()) / logMiss);
  let misses = drawMisses();
  return (arrivals) => {
    let kept = 0;
    for (; misses < arrivals; misses += 1 + drawMisses()) kept++;
    misses -= arrivals;
    return kept;
  };
}
