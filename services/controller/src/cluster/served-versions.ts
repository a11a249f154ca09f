// The version that each architecture's name resolves to. Policy decides it from the current view and the previous
// decision.

import { servedVersion, type PlacementReplica, type PlacementWorker } from '@pareto/policy';
import { observeReplicas, observeWorkers, type ClusterView } from './observe.js';
import { createFleetMemo } from './fleet-memo.js';
import { variantsOfVersion } from '../registry/registry-view.js';

export type ServedVersions = ClusterView['served'];

type Unserved = Omit<ClusterView, 'served'>;

/**
 * Creates a function that returns the served versions of architectures with older versions in use. They are decided again
 * only when their inputs may have changed.
 */
export function createServedVersions(): (view: Unserved) => ServedVersions {
  let served: ServedVersions = new Map();
  const decide = createFleetMemo((view: Unserved) => {
    const workers = observeWorkers(view);
    const replicas = workers.flatMap(({ info }) => observeReplicas(view, info.id, new Map()));
    return new Map(
      [...view.registry.older.keys()].map((name) => [name, servedOf(view, name, served.get(name), workers, replicas)]),
    );
  }, 'revision');
  return (view) => {
    if (view.registry.older.size > 0) served = decide(view);
    else if (served.size > 0) served = new Map();
    return served;
  };
}

function servedOf(
  { registry }: Unserved,
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
