// The variant that a user chooses once for all queries of a task and an objective.

import type { Objective } from '@pareto/core';
import { costPer1k, p99At } from '@pareto/policy';
import type { VariantOption } from '../options/variant-option.js';

/** Preference of a user who fixes a variant. */
export type FixedPreference = 'most-accurate' | 'cheapest';

/** The part of an objective that the choice depends on. */
type FixedObjective = Pick<Objective, 'latencyMs' | 'minAccuracy'>;

/**
 * Returns the preferred option of those that meet the accuracy floor, and of these, of those whose p99 of a single query is within
 * the latency. A condition that no option meets is left out. Of equally accurate or cheap ones, the other criterion decides, and then
 * the order of the list. Undefined if the list is empty.
 */
export function pickFixed(
  options: readonly VariantOption[],
  { latencyMs, minAccuracy = 0 }: FixedObjective,
  preference: FixedPreference,
): VariantOption | undefined {
  const accurate = thoseThatCan(options, ({ accuracy }) => accuracy >= minAccuracy);
  const fast = thoseThatCan(accurate, ({ profile }) => p99At(profile, 1) <= latencyMs);
  const cost = ({ profile, usdPerSlotHour }: VariantOption): number => costPer1k(profile, usdPerSlotHour, 1, latencyMs);
  const byAccuracy = (a: VariantOption, b: VariantOption): number => b.accuracy - a.accuracy;
  const byCost = (a: VariantOption, b: VariantOption): number => cost(a) - cost(b);
  const [first, second] = preference === 'cheapest' ? [byCost, byAccuracy] : [byAccuracy, byCost];
  return fast.toSorted((a, b) => first(a, b) || second(a, b))[0];
}

/** Returns the options that meet the condition, or all if none does. */
function thoseThatCan(
  options: readonly VariantOption[],
  meets: (option: VariantOption) => boolean,
): readonly VariantOption[] {
  const found = options.filter(meets);
  return found.length > 0 ? found : options;
}
