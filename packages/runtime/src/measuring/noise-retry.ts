// Measures a batch size again where others disturbed it: a model that was loaded, or whoever else had the cores.

import { milliseconds, type Clock, type Milliseconds, type ProfilePoint } from '@pareto/core';
import type { LoadCount } from '../pool/executor-pool.js';
import { readWaitedTime } from '../processes/process-time.js';

/** A size that was measured, and how much others were in the way: the share of its time that the model waited for a core. */
export interface Try {
  readonly point: ProfilePoint;
  readonly spentMs: Milliseconds;
  readonly noise: number;
}

export interface NoiseRetryOptions {
  /** Of the model's process. */
  readonly pid: number;
  /** Of other models, on the same cores. */
  readonly loads: LoadCount;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** In all that was done. */
  readonly spentMs: () => Milliseconds;
  /** Of all sizes together: for trying again, and for waiting before. */
  readonly retryMs: number;
}

/** Above what a core that is shared with nobody shows. */
const calmBelow = 0.03;
/** Of one size. */
const mostTries = 4;
const pauseMs = 150;

/** The calmest of up to four tries at each size; the first calm one is taken. Where the machine is never calm, time to try again runs out. */
export function createNoiseRetry(site: NoiseRetryOptions): (measure: () => Promise<ProfilePoint>) => Promise<Try> {
  let spentRetryingMs = 0;
  return async (measure) => {
    let best = await tryOnce(site, measure);
    for (let tries = 1; best.noise > calmBelow && tries < mostTries && spentRetryingMs < site.retryMs; tries++) {
      await site.clock.sleep(milliseconds(pauseMs * tries), site.signal);
      const next = await tryOnce(site, measure);
      spentRetryingMs += pauseMs * tries + next.spentMs;
      if (next.noise < best.noise) best = next;
    }
    return best;
  };
}

async function tryOnce({ pid, loads, spentMs }: NoiseRetryOptions, measure: () => Promise<ProfilePoint>): Promise<Try> {
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
