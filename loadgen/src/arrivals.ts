// Arrival times of requests.

import type { Rng } from '@pareto/core';

export const arrivalProcesses = ['constant', 'poisson'] as const;
export type ArrivalProcess = (typeof arrivalProcesses)[number];

/**
 * Returns ascending arrival times in ms from the start: evenly spaced, or with exponential gaps of the same mean
 * (Poisson).
 */
export function planArrivals(
  process: ArrivalProcess,
  ratePerSecond: number,
  durationMs: number,
  rng: Rng,
): Float64Array {
  const meanGapMs = 1000 / ratePerSecond;
  const times: number[] = [];
  for (let at = firstGap(process, meanGapMs, rng); at < durationMs; at += gap(process, meanGapMs, rng)) times.push(at);
  return Float64Array.from(times);
}

const gap = (process: ArrivalProcess, meanGapMs: number, rng: Rng): number =>
  process === 'constant' ? meanGapMs : -Math.log(1 - rng()) * meanGapMs;

const firstGap = (process: ArrivalProcess, meanGapMs: number, rng: Rng): number =>
  process === 'constant' ? 0 : gap(process, meanGapMs, rng);
