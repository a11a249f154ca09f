// Replicas of variants that were never registered, because the store was wiped or restored to a state before their
// registration.

import { architectureNameOf, type ReplicaId, type ReplicaReport, type WorkerId } from '@pareto/core';
import type { ClusterView } from '../cluster/observe.js';
import { nameKey } from '../storage/records.js';
import { versionKey } from '../registry/registry-view.js';

/**
 * Time after the start of a term for which unregistered replicas keep serving, so that an operator can register their
 * variants again or restore a newer backup.
 */
const graceMs = 3_600_000;

/** Returns whether the workers have to keep unregistered replicas: within the grace period of a term. */
export const keepsUnregistered = ({ leadingSince, now }: Pick<ClusterView, 'leadingSince' | 'now'>): boolean =>
  leadingSince !== undefined && now - leadingSince < graceMs;

/** Returns the unregistered replicas that the worker has to keep. Empty after the grace period. */
export function unregisteredReplicasOn(view: ClusterView, worker: WorkerId): readonly ReplicaId[] {
  if (!keepsUnregistered(view)) return [];
  return [...view.fleet.replicas(worker).values()].flatMap(({ report }) =>
    isUnregistered(view, report) ? [report.replica] : [],
  );
}

/**
 * Returns whether the variant was never registered. A deleted architecture leaves a record of its name and last
 * version.
 */
function isUnregistered(
  { registry, records }: ClusterView,
  { variant, version, state }: Pick<ReplicaReport, 'variant' | 'version' | 'state'>,
): boolean {
  if (state === 'failed' || registry.versions.has(versionKey(variant, version))) return false;
  const name = records.names.get(nameKey(architectureNameOf(variant)))?.value;
  return (name?.current ?? 0) < version;
}
