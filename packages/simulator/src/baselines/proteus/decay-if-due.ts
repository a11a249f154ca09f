// When Proteus allocates, and how fast its average of the demand follows then.

import type { RecentDemand } from '../accuracy-scaling/scaling-planner.js';
import type { ProteusParams } from './params.js';

/** Returns the decay of the average if an allocation is due: at fixed intervals, which are shorter at the beginning and in bursts. */
export function decayIfDue({ seconds, totals, mean }: RecentDemand, params: ProteusParams): number | undefined {
  const { demand, burstDecay, everyMs, earlyEveryMs, earlyUntilMs, burstEveryMs, burstSeconds, burstFactor } = params;
  const sinceMs = 1_000 * seconds;
  const inBurst = totals.slice(0, burstSeconds).some((total) => total > burstFactor * mean);
  const intervalMs = inBurst ? burstEveryMs : sinceMs <= earlyUntilMs ? earlyEveryMs : everyMs;
  if (sinceMs % intervalMs !== 0) return undefined;
  return inBurst ? burstDecay : demand.decay;
}
