// The replicas that serve until those that replace them are loaded.

import { groupBy } from '@pareto/core';
import type { ServingReplica } from '../../policies/serving-policy.js';
import type { PlacedReplica } from './place-replicas.js';
import type { OptionOf } from './scalable-option.js';

export interface ServingSet {
  /** Replicas that are placed and run. */
  readonly placed: readonly ServingReplica[];
  /** Replicas that are not placed, and that serve until others on their worker are loaded. */
  readonly replaced: readonly ServingReplica[];
}

/**
 * Divides the replicas that run. On each worker, a ready replica that is not placed stays for each placed one that is not ready, as far as the
 * memory of the worker suffices for both.
 */
export function replaceLoaded(
  placed: readonly PlacedReplica[],
  running: readonly ServingReplica[],
  optionOf: OptionOf,
): ServingSet {
  const placedOn = groupBy(placed, ({ worker }) => worker.id);
  const sets = [...groupBy(running, ({ worker }) => worker.id)].map(([worker, own]) =>
    replaceOn(placedOn.get(worker) ?? [], own, optionOf),
  );
  return { placed: sets.flatMap((set) => set.placed), replaced: sets.flatMap((set) => set.replaced) };
}

function replaceOn(
  target: readonly PlacedReplica[],
  running: readonly ServingReplica[],
  optionOf: OptionOf,
): ServingSet {
  const missing = [...target];
  const placed = running.filter(({ variant }) => {
    const index = missing.findIndex(({ option }) => option.variant === variant);
    if (index >= 0) missing.splice(index, 1);
    return index >= 0;
  });
  let loads = missing.length + placed.filter(({ state }) => state !== 'ready').length;
  let bytes = running[0]?.worker.memoryBytes ?? 0;
  for (const { option } of target) bytes -= option.profile.memoryBytes;
  const replaced = running.filter((replica) => {
    const memoryBytes = optionOf(replica)?.profile.memoryBytes ?? Infinity;
    if (placed.includes(replica) || replica.state !== 'ready' || loads === 0 || memoryBytes > bytes) return false;
    loads -= 1;
    bytes -= memoryBytes;
    return true;
  });
  return { placed, replaced };
}
