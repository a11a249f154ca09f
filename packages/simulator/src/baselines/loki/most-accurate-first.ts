// The shares of the queries that each variant gets: the most accurate ones are filled first.

import type { Objective } from '@pareto/core';
import type { ScalableOption } from '../accuracy-scaling/scalable-option.js';
import type { RouteWeights } from '../accuracy-scaling/weighted-route.js';

/**
 * Returns the weights by stream. Streams with the highest accuracy floor, and of these, those with the strictest latency, are assigned
 * first, because the fewest variants serve them. What exceeds the capacity is divided evenly. `counts` are the replicas of each option,
 * `demand` the queries per second of each stream.
 */
export function mostAccurateFirst(
  counts: ReadonlyMap<ScalableOption, number>,
  demand: readonly number[],
  objectives: readonly Pick<Objective, 'latencyMs' | 'minAccuracy'>[],
): readonly RouteWeights[] {
  /** Slots that are left of each option. */
  const left = new Map(counts);
  const weights = demand.map(() => new Map<ScalableOption, number>());
  for (const stream of assignmentOrder(objectives)) {
    const weightsOf = weights[stream];
    if (weightsOf === undefined) continue;
    const own = [...counts.keys()]
      .filter(({ modes }) => modes[stream] !== undefined)
      .toSorted((a, b) => b.accuracy - a.accuracy);
    let rest = demand[stream] ?? 0;
    const assign = (option: ScalableOption, rate: number): void => {
      weightsOf.set(option, (weightsOf.get(option) ?? 0) + rate);
      rest -= rate;
    };
    for (const option of own) {
      const ratePerSecond = option.modes[stream]?.ratePerSecond ?? 0;
      const rate = Math.min(rest, (left.get(option) ?? 0) * ratePerSecond);
      left.set(option, (left.get(option) ?? 0) - rate / ratePerSecond);
      assign(option, rate);
    }
    const excess = rest / own.length;
    if (excess > 0) for (const option of own) assign(option, excess);
  }
  return weights;
}

function assignmentOrder(objectives: readonly Pick<Objective, 'latencyMs' | 'minAccuracy'>[]): readonly number[] {
  return [...objectives.entries()]
    .toSorted(([, a], [, b]) => (b.minAccuracy ?? 0) - (a.minAccuracy ?? 0) || a.latencyMs - b.latencyMs)
    .map(([stream]) => stream);
}
