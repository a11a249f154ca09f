// The split of a number of replicas over the hardware classes of a variant.

import type { HardwareClassId } from '@pareto/core';
import type { PlacementReplica } from '../../snapshot/snapshot.js';
import type { PlanningContext } from '../context/context.js';
import type { Option } from '../context/options.js';
import type { Need } from '../needs/need.js';
import type { Share } from '../context/share.js';

/** Returns the replicas by class. Empty for a need of items per second. */
export function splitByClass(context: PlanningContext, { options, amount, spread }: Need): readonly Share[] {
  const [first] = options;
  if (first === undefined || !('replicas' in amount)) return [];
  const existing = countByClass(context.serving(first.variant.variant), spread);
  const counts = new Map<Option, number>();
  let missing = amount.replicas;
  for (const option of options) {
    const taken = Math.min(missing, existing.get(option.hardwareClass) ?? 0);
    if (taken > 0) counts.set(option, taken);
    missing -= taken;
  }
  const cheapest = options.find(context.isHosted) ?? first;
  if (missing > 0) counts.set(cheapest, (counts.get(cheapest) ?? 0) + missing);
  return Array.from(counts, ([option, replicas]) => ({ option, replicas, load: 0 }));
}

/** Counts replicas by class. With `spread`, counts the workers that have one. */
export function countByClass(replicas: readonly PlacementReplica[], spread: boolean): Map<HardwareClassId, number> {
  const counts = new Map<HardwareClassId, number>();
  const seen = new Set<string>();
  for (const { assignment } of replicas) {
    if (spread && seen.has(assignment.worker)) continue;
    seen.add(assignment.worker);
    counts.set(assignment.hardwareClass, (counts.get(assignment.hardwareClass) ?? 0) + 1);
  }
  return counts;
}
