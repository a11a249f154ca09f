// The best that serving in order of arrival can reach: an oracle that knows the time of every run in advance, and drops
// what it would answer late.

import { defaultSimulationParams } from '@pareto/simulator';
import { slots, type Workload } from './workload.js';

const { wayMs } = defaultSimulationParams.cluster;

/** Returns the number of queries that are answered in time. */
export function oracleGoodput({ queries, runTimes }: Workload): number {
  const all = Array.from({ length: slots }, (_, index) => {
    const next = runTimes(index);
    return { next, runMs: next(), freeAt: 0 };
  });
  let answered = 0;
  for (const { arrivesAt, latencyMs } of queries) {
    const slot = all.reduce((first, other) => (other.freeAt < first.freeAt ? other : first));
    // Held queries arrive before the replicas are ready, at the time 0.
    const from = Math.max(0, arrivesAt);
    const endsAt = Math.max(from + wayMs, slot.freeAt) + slot.runMs;
    if (endsAt + wayMs > from + latencyMs) continue;
    slot.freeAt = endsAt;
    slot.runMs = slot.next();
    answered += 1;
  }
  return answered;
}
