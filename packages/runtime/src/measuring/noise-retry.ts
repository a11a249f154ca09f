// Repeats noisy measurements of a batch size, which were disturbed by model loads or by other processes on the cores.

import { milliseconds, type Clock, type Milliseconds, type ProfilePoint } from '@pareto/core';
import type { LoadCount } from '../pool/executor-pool.js';
import { noiseOf, readContention, type ContentionTimes } from './noise.js';

/** Measurement of a batch size. `noise` is from `noiseOf`, plus 1 if models were loaded. */
export interface SizeMeasurement {
  readonly point: ProfilePoint;
  readonly spentMs: Milliseconds;
  readonly noise: number;
}

export interface NoiseRetryOptions {
  /** Pid of the model's process. */
  readonly pid: number;
  /** Number of loads of other models on the same cores. */
  readonly loads: LoadCount;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Returns the total time of the runs so far. */
  readonly spentMs: () => Milliseconds;
  /** Total time for repeated measurements of all sizes, including the pauses before them. */
  readonly retryMs: number;
  /** Default: `readContention`. */
  readonly readTimes?: (pid: number) => Promise<ContentionTimes>;
}

/** Maximum noise of a measurement that is not repeated. An unshared core has less. */
const maxNoise = 0.03;
/** Maximum number of measurements of one size. */
const maxTries = 4;
const pauseMs = 150;

/**
 * Returns a function that repeats a noisy measurement, and returns the least noisy one. On a busy machine it stops once
 * `retryMs` is spent.
 */
export function createNoiseRetry(
  options: NoiseRetryOptions,
): (measure: () => Promise<ProfilePoint>) => Promise<SizeMeasurement> {
  let spentRetryingMs = 0;
  return async (measure) => {
    let best = await tryOnce(options, measure);
    for (let tries = 1; best.noise > maxNoise && tries < maxTries && spentRetryingMs < options.retryMs; tries++) {
      await options.clock.sleep(milliseconds(pauseMs * tries), options.signal);
      const next = await tryOnce(options, measure);
      spentRetryingMs += pauseMs * tries + next.spentMs;
      if (next.noise < best.noise) best = next;
    }
    return best;
  };
}

async function tryOnce(
  { pid, loads, spentMs, readTimes = readContention }: NoiseRetryOptions,
  measure: () => Promise<ProfilePoint>,
): Promise<SizeMeasurement> {
  const started = { spentMs: spentMs(), begun: loads.begun, busy: loads.inProgress > 0 };
  const before = await readTimes(pid);
  const point = await measure();
  const after = await readTimes(pid);
  const spent = milliseconds(spentMs() - started.spentMs);
  const noise = noiseOf({ before, after, spentMs: spent, point });
  const hadLoads = started.busy || loads.begun !== started.begun;
  return { point, spentMs: spent, noise: noise + (hadLoads ? 1 : 0) };
}
