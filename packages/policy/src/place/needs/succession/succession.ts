// Needs of the succession of versions: a new version of an architecture is loaded alongside the served one, up to the
// same counts, before the name moves.

import { groupBy, architectureNameOf, type VariantId } from '@pareto/core';
import { rolloutOf } from '../../../lifecycle/rollout.js';
import type { PlacementArchitecture, PlacementReplica } from '../../../snapshot/snapshot.js';
import type { Versions } from '../../../snapshot/versions.js';
import type { PlanningContext } from '../../context/context.js';
import { createNeed, type Need } from '../need.js';
import type { NeedSource } from '../need-source.js';

/**
 * States the replicas of new versions. Until all files of a version are generated and measured, they only use free
 * memory. Then they evict replicas that nothing more important needs, and at last replicas of the old version.
 */
export const succession: NeedSource = {
  name: 'succession',
  priority: 60,
  needs(context) {
    const rolling = context.snapshot.architectures.filter(
      ({ architecture }) => context.versions.get(architecture.name)?.next !== undefined,
    );
    if (rolling.length === 0) return [];
    const replicas = groupBy(context.snapshot.replicas, ({ assignment }) => architectureNameOf(assignment.variant));
    return rolling.flatMap((planned) => needsOf(context, planned, replicas.get(planned.architecture.name) ?? []));
  },
};

function needsOf(
  context: PlanningContext,
  planned: PlacementArchitecture,
  replicas: readonly PlacementReplica[],
): readonly Need[] {
  const { name } = planned.architecture;
  const versions = context.versions.get(name);
  if (versions === undefined) return [];
  const counts = countsFor(context, planned, versions, replicas);
  const isDecided = [...counts.values()].every((count) => count < Infinity);
  const reason = `version ${versions.next} of ${name} is being rolled out`;
  return [...counts].flatMap(([id, count]): readonly Need[] => {
    if (count === Infinity) return [];
    const options = context.options.next.get(id) ?? [];
    const replaces = isDecided ? versions : undefined;
    return [
      createNeed(id, options, { amount: { replicas: count }, reason, evicts: isDecided, returns: 'free', replaces }),
    ];
  });
}

/**
 * Returns the number of replicas of each variant of the new version: those of `rolloutOf` or, if it needs none, one of
 * the most accurate variant.
 */
function countsFor(
  { snapshot, options }: PlanningContext,
  current: PlacementArchitecture,
  { served }: Versions,
  replicas: readonly PlacementReplica[],
): ReadonlyMap<VariantId, number> {
  const { name } = current.architecture;
  const { variants, workers, rules } = snapshot;
  const counts = rolloutOf({ served, current, variants, replicas, workers, rules }, served);
  if ([...counts.values()].some((count) => count > 0)) return counts;
  const [best] = [...options.next.values()]
    .flat()
    .filter(({ variant }) => variant.variant.architecture === name && !variant.dominatedWithin)
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  return best === undefined ? counts : new Map([[best.variant.variant.id, 1]]);
}
