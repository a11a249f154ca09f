// The version that each architecture's name resolves to. Policy decides it from the current view and the previous
// decision.

import { servedVersion, type PlacementReplica, type PlacementWorker } from '@pareto/policy';
import { observeReplicas, observeWorkers, type ClusterView } from './observe.js';
import { variantsOfVersion } from '../registry/registry-view.js';

export type ServedVersions = ClusterView['served'];

/** Creates a function that returns the served versions of architectures with older versions in use. */
export function createServedVersions(): (view: Omit<ClusterView, 'served'>) => ServedVersions {
  let served: ServedVersions = new Map();
  return (view) => {
    const { older } = view.registry;
    if (older.size === 0) return (served = new Map());
    const workers = observeWorkers(view);
    const replicas = workers.flatMap(({ info }) => observeReplicas(view, info.id, new Map()));
    served = new Map(
      [...older.keys()].map((name) => [name, servedOf(view, name, served.get(name), workers, replicas)]),
    );
    return served;
  };
}

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
