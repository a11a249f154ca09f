// The version that each architecture's name resolves to. Policy decides it from the current view and the previous
// decision.

import { servedVersion, type PlacementReplica, type PlacementWorker } from '@pareto/policy';
import { observeReplicas, observeWorkers, type ClusterView } from './observe.js';
import { variantsOfVersion } from '../registry/registry-view.js';

export type ServedVersions = ClusterView['served'];

/**
 * Creates a function that returns the served versions of architectures with older versions in use. They are decided again
 * when the registry or the fleet has changed, or a presence may have changed with time.
 */
export function createServedVersions(): (view: Omit<ClusterView, 'served'>) => ServedVersions {
  let served: ServedVersions = new Map();
  let basis: readonly unknown[] = [];
  let validUntil = -Infinity;
  return (view) => {
    const { registry, fleet, now, leadingSince } = view;
    const { older } = registry;
    if (older.size === 0) return (served = served.size === 0 ? served : new Map());
    const current = [registry, fleet.revision, leadingSince, listDraining(view)];
    if (now < validUntil && current.every((part, i) => part === basis[i])) return served;
    const workers = observeWorkers(view);
    const replicas = workers.flatMap(({ info }) => observeReplicas(view, info.id, new Map()));
    served = new Map(
      [...older.keys()].map((name) => [name, servedOf(view, name, served.get(name), workers, replicas)]),
    );
    basis = current;
    validUntil = fleet.presenceChangesAt(now, leadingSince);
    return served;
  };
}

/** Returns the ids of the workers that operators drain. Neither the registry nor the fleet has them. */
const listDraining = ({ records }: Pick<ClusterView, 'records'>): string =>
  Array.from(records.workers.values(), ({ value }) => (value.draining ? value.info.id : '')).join('');

function servedOf(
  { registry }: Omit<ClusterView, 'served'>,
  name: string,
  served: number | undefined,
  workers: readonly PlacementWorker[],
  replicas: readonly PlacementReplica[],
): number {
  const architecture = registry.architectures.get(name)?.at(-1);
  if (architecture === undefined) return 0;
  const versions = [...(registry.older.get(name) ?? []), architecture.version];
  return servedVersion({
    served,
    current: { architecture, outcomes: registry.outcomes.get(name) ?? [] },
    variants: versions.flatMap((version) => variantsOfVersion(registry, { name, version })),
    replicas: replicas.filter(({ assignment }) => assignment.variant.startsWith(`${name}:`)),
    workers,
    rules: registry.rules,
  });
}
