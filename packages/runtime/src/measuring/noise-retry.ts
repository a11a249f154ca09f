// Repeats noisy measurements of a batch size, which were disturbed by model loads or by other processes on the cores.

import { milliseconds, type Clock, type Milliseconds, type ProfilePoint } from '@pareto/core';
import type { LoadCount } from '../pool/executor-pool.js';
import { readWaitedTime } from '../processes/process-time.js';

/**
 * Measurement of a batch size. `noise` is the share of the time that the model waited for a core, plus 1 if models
 * were loaded.
 */
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
  { pid, loads, spentMs }: NoiseRetryOptions,
  measure: () => Promise<ProfilePoint>,
): Promise<SizeMeasurement> {
  const before = {
    spentMs: spentMs(),
    waitedMs: await readWaitedTime(pid),
    begun: loads.begun,
    busy: loads.inProgress > 0,
  };
  const point = await measure();
  const spent = spentMs() - before.spentMs;
  const waited = (await readWaitedTime(pid)) ?? 0;
  const waitedShare = Math.max(0, waited - (before.waitedMs ?? waited)) / Math.max(1, spent);
  const hadLoads = before.busy || loads.begun !== before.begun;
  return { point, spentMs: milliseconds(spent), noise: waitedShare + (hadLoads ? 1 : 0) };
}
