// A new version of an architecture is loaded beside the one that its name means, up to the same counts, before the name moves.

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
 * Until all of the new version is made and measured it takes only memory that is free. Then the least recently used that nothing
 * needs leaves for it; where even that is not enough, replicas of the old version, one after another, first those that are missed
 * least.
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
    const reason = `version ${versions.next} of ${planned.architecture.name} is to take over`;
    const wanted = need(own, { reason, count, evicts: false });
    if (satisfy(ledger, wanted) === 0 || !isDecided || makeRoom(ledger, wanted, leastRecentlyUsed)) continue;
    // What leaves now may be enough for the others too, which need fewer replicas then.
    if (makeRoom(ledger, wanted, predecessors(ledger, wanted, versions))) return;
    noRoom(ledger, wanted);
  }
}

/** Replicas by variant of the new version; where it needs none to be as warm as the old one, one of its most accurate. */
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
 * What may leave a worker for a replica of the new version: what nothing needs, then the old version's: first what has another
 * replica, then what has its successor ready, then the rest.
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
