// Replicas of variants that the registry has never heard of: the store was wiped or restored to before they were registered.

import { architectureNameOf, type ReplicaId, type ReplicaReport, type WorkerId } from '@pareto/core';
import type { ClusterView } from '../cluster/observe.js';
import { nameKey } from '../storage/records.js';
import { versionKey } from '../registry/registry-view.js';

/** They go on serving for so long after a leader began, so that there is time to register them again, or restore better. */
const graceMs = 3_600_000;

/** On a worker, for as long as they are to stay. */
export function unregisteredReplicasOn(view: ClusterView, worker: WorkerId): readonly ReplicaId[] {
  const { fleet, leadingSince, now } = view;
  if (leadingSince === undefined || now - leadingSince >= graceMs) return [];
  return [...fleet.replicas(worker).values()].flatMap(({ report }) =>
    isUnregistered(view, report) ? [report.replica] : [],
  );
}

/** An architecture that was deleted leaves its name and the versions that were given. */
function isUnregistered(
  { registry, records }: ClusterView,
  { variant, version, state }: Pick<ReplicaReport, 'variant' | 'version' | 'state'>,
): boolean {
  if (state === 'failed' || registry.versions.has(versionKey(variant, version))) return false;
  const name = records.names.get(nameKey(architectureNameOf(variant)))?.value;
  return (name?.current ?? 0) < version;
}
