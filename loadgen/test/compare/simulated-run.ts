// Synthetic outcomes of requests.

import type { Rng } from '@pareto/core';
import { createIntervalTally } from '../../src/tally/interval-tally.js';
import type { ComparableRun } from '../../src/compare/compare-runs.js';
import type { Outcome } from '../../src/index.js';

const request = (intendedMs: number, latencyMs: number): Outcome => ({
  ...{ code: 'ok', classIndex: 0, intendedMs, latencyMs, variant: 'm:original', right: undefined, message: '' },
});

/** Returns a run with classes of queries, each on time within 20 ms. */
export function simulateRun(...classes: readonly (readonly Outcome[])[]): ComparableRun {
  const named = classes.map((_, index) => ({ name: `class ${index}`, objectiveMs: 20 }));
  const tally = createIntervalTally(named, 1000);
  classes.forEach((outcomes, classIndex) => outcomes.forEach((outcome) => tally.count({ ...outcome, classIndex })));
  const intervals = tally.report();
  return { classes: named, intervals, intervalMs: 1000, durationMs: intervals.length * 1000 };
}

export interface Load {
  readonly seconds: number;
  readonly perSecond: number;
  readonly medianMs: number;
  /** Factor of the latencies by time. */
  readonly slowdown?: (ms: number) => number;
}

/** Returns requests at a constant rate, whose latencies have a log-normal distribution. */
export const lognormalRequests = (
  { seconds, perSecond, medianMs, slowdown = () => 1 }: Load,
  rng: Rng,
): readonly Outcome[] =>
  Array.from({ length: seconds * perSecond }, (_, index) => {
    const atMs = (index * 1000) / perSecond;
    const gaussian = Math.sqrt(2 * exponential(rng)) * Math.cos(2 * Math.PI * rng());
    return request(atMs, medianMs * slowdown(atMs) * Math.exp(0.3 * gaussian));
  });

/** Returns requests with Poisson arrivals to a queue whose server is busy for 90 % of the time. */
export function queuedRequests({ seconds, perSecond }: Omit<Load, 'medianMs'>, rng: Rng): readonly Outcome[] {
  const requests: Outcome[] = [];
  let waitMs = 0;
  for (let atMs = -2000; atMs < seconds * 1000;) {
    const gapMs = (1000 / perSecond) * exponential(rng);
    waitMs = Math.max(0, waitMs - gapMs) + (900 / perSecond) * exponential(rng);
    atMs += gapMs;
    if (atMs >= 0 && atMs < seconds * 1000) requests.push(request(atMs, waitMs));
  }
  return requests;
}

/** Replaces the outcomes of a share of the requests, drawn at random, with `code`. */
export const failSome = (
  requests: readonly Outcome[],
  share: number,
  code: Outcome['code'],
  rng: Rng,
): readonly Outcome[] =>
  requests.map((each) => (rng() < share ? { ...each, code, message: 'the queue is full' } : each));

const exponential = (rng: Rng): number => -Math.log(1 - rng());
