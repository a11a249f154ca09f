// Slot time that a query takes from a variant on a hardware class, in batches that meet its latency objective.

import { p50At, p99At } from '@pareto/policy';
import type { BatchPoint } from '../../../scenario/registry.js';
import type { StreamDemand } from './count-demand.js';

interface Served {
  readonly accuracy: number;
  readonly points: readonly BatchPoint[];
}

/**
 * Returns the least slot time per query in ms over all batches whose median time is within the latency objective: no policy serves a
 * query in less. Undefined if the variant does not meet the objective.
 */
export const leastSlotMs = (served: Served, objective: StreamDemand['objective']): number | undefined =>
  cheapestBatch(served, objective, (batch) => p50At(served, batch) <= objective.latencyMs);

/**
 * Returns the least slot time per query in ms over the batches whose 99th percentile is within a share of the latency objective, or
 * that of batch 1 if its 99th percentile is within the objective. Undefined if the variant does not meet the objective.
 */
export const plannedSlotMs = (
  served: Served,
  objective: StreamDemand['objective'],
  latencyShare: number,
): number | undefined =>
  cheapestBatch(served, objective, (batch) => {
    return p99At(served, batch) <= objective.latencyMs * (batch === 1 ? 1 : latencyShare);
  });

function cheapestBatch(
  served: Served,
  { minAccuracy = 0 }: StreamDemand['objective'],
  fits: (batch: number) => boolean,
): number | undefined {
  if (served.accuracy < minAccuracy) return undefined;
  const sizes = Array.from({ length: served.points.at(-1)?.batch ?? 0 }, (_, index) => index + 1);
  const times = sizes.filter(fits).map((batch) => p50At(served, batch) / batch);
  return times.length === 0 ? undefined : Math.min(...times);
}
