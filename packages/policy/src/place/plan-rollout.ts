// Rollouts: a new version of an architecture is loaded alongside the served one, up to the same counts, before the name
// moves.

import { architectureNameOf, type VariantId } from '@pareto/core';
import { rolloutOf } from '../lifecycle/rollout.js';
import type { Entry, Ledger } from './ledger/ledger.js';
import { need, type PlanningContext } from './needs/needs.js';
import {
  evictable,
  isReady,
  leastRecentlyUsed,
  makeRoom,
  noRoom,
  satisfy,
  type Eviction,
  type Need,
} from './needs/satisfy.js';
import type { PlacementArchitecture } from '../snapshot/snapshot.js';
import type { Versions } from '../snapshot/versions.js';

/**
 * Plans the loads of new versions. Until all files of a version are generated and measured, it only uses free memory.
 * Then it evicts replicas that nothing needs, the least recently used first. If that is not enough, it evicts replicas
 * of the old version one by one, the most redundant first.
 */
export function planRollout(ledger: Ledger, context: PlanningContext): void {
  for (const planned of context.snapshot.architectures) {
    const versions = context.versions.get(planned.architecture.name);
    if (versions?.next !== undefined) planArchitecture(ledger, context, planned, versions);
  }
}

function planArchitecture(
  ledger: Ledger,
  context: PlanningContext,
  planned: PlacementArchitecture,
  versions: Versions,
): void {
  const counts = countsFor(context, planned, versions);
  const isDecided = [...counts.values()].every((count) => count < Infinity);
  for (const [id, count] of counts) {
    if (count === Infinity) continue;
    const own = context.options.next.get(id) ?? [];
    const reason = `version ${versions.next} of ${planned.architecture.name} is being rolled out`;
    const wanted = need(own, { reason, count, evicts: false });
    if (satisfy(ledger, wanted) === 0 || !isDecided || makeRoom(ledger, wanted, leastRecentlyUsed)) continue;
    // The evicted replicas reduce the needs of the other variants, so their memory may be enough for these too.
    if (makeRoom(ledger, wanted, predecessors(ledger, wanted, versions))) return;
    noRoom(ledger, wanted);
  }
}

/**
 * Returns the number of replicas of each variant of the new version: those of `rolloutOf` or, if it needs none, one of
 * the most accurate variant.
 */
function countsFor(
  { snapshot, options }: PlanningContext,
  current: PlacementArchitecture,
  { served }: Versions,
): ReadonlyMap<VariantId, number> {
  const { name } = current.architecture;
  const { variants, workers, rules } = snapshot;
  const replicas = snapshot.replicas.filter(({ assignment }) => architectureNameOf(assignment.variant) === name);
  const counts = rolloutOf({ served, current, variants, replicas, workers, rules }, served);
  if ([...counts.values()].some((count) => count > 0)) return counts;
  const [best] = [...options.next.values()]
    .flat()
    .filter(({ variant }) => variant.variant.architecture === name && !variant.dominatedWithin)
    .toSorted((a, b) => b.accuracy - a.accuracy);
  return best === undefined ? counts : new Map([[best.variant.variant.id, 1]]);
}

/**
 * Returns the replicas that may be evicted for the new version: first those that nothing needs, then those of the old
 * version whose variant has another replica, then those whose successor is ready, then the others of the old version.
 */
function predecessors(ledger: Ledger, { options }: Need, { served }: Versions): Eviction {
  const architecture = options[0]?.variant.variant.architecture;
  const isPredecessor = (entry: Entry): boolean =>
    entry.version === served && architectureNameOf(entry.variant) === architecture;
  const rank = (entry: Entry): number => {
    if (!entry.kept) return 0;
    const others = ledger
      .entriesOf(entry.variant)
      .filter((other) => other !== entry && !other.leaving && isReady(other));
    if (others.some(({ version }) => version === served)) return 1;
    return others.length > 0 ? 2 : 3;
  };
  return {
    of: (host) => [
      ...evictable(host),
      ...host.entries
        .filter((entry) => entry.kept && !entry.leaving && entry.existing !== undefined && isPredecessor(entry))
        .toSorted((a, b) => rank(a) - rank(b)),
    ],
    costOf: (victims) => Math.max(0, ...victims.map(rank)),
  };
}
