// The replicas that can never answer again, each with the reason.

import { architectureNameOf, groupBy, type ReplicaId } from '@pareto/core';
import { denialOf } from '../../select/rules.js';
import type { PlacementParams, PlacementReplica, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';
import { versionKey, type Versions, type VersionsByArchitecture } from '../../snapshot/versions.js';
import type { Horizon } from './horizon.js';

/** Returns why replicas must be unloaded: their variant or worker is gone, excluded or superseded, or they failed. */
export function listUnservable(
  snapshot: PlacementSnapshot,
  versions: VersionsByArchitecture,
  params: PlacementParams,
  horizon: Horizon,
): ReadonlyMap<ReplicaId, string> {
  const variants = new Map(snapshot.variants.map(({ variant }) => [versionKey(variant.id, variant.version), variant]));
  const workers = new Map(snapshot.workers.map((worker) => [worker.info.id, worker]));
  const siblings = groupBy(snapshot.replicas, ({ assignment }) => architectureNameOf(assignment.variant));

  const failureReason = ({ state, since }: PlacementReplica, worker: PlacementWorker): string | undefined => {
    if (worker.presence === 'gone') return 'the worker is gone';
    if (state !== 'failed' || !horizon.hasCome(since + params.failedRetryMs)) return undefined;
    return 'failed; it will be loaded again';
  };
  /**
   * Returns whether a replica of an old version is not ready, or every replica that replaces it has been ready for
   * `handoverMs`, so that all routers have received the change.
   */
  const isSuperseded = (replica: PlacementReplica, { served }: Versions): boolean => {
    if (replica.state !== 'ready') return true;
    const own = siblings.get(architectureNameOf(replica.assignment.variant)) ?? [];
    const successors = own.filter(({ state, assignment }) => state === 'ready' && assignment.version === served);
    return successors.length > 0 && successors.every(({ since }) => horizon.hasCome(since + params.handoverMs));
  };
  const reasonOf = (replica: PlacementReplica, worker: PlacementWorker): string | undefined => {
    const { variant: id, version } = replica.assignment;
    const architecture = architectureNameOf(id);
    const own = versions.get(architecture);
    if (own !== undefined && version !== own.served && version !== own.next) {
      return isSuperseded(replica, own)
        ? `${architecture} resolves to version ${own.served} now`
        : failureReason(replica, worker);
    }
    const variant = variants.get(versionKey(id, version));
    if (variant === undefined) return 'the variant was deleted';
    if (variant.quarantineReason !== undefined) return `quarantined: ${variant.quarantineReason}`;
    const denial = denialOf({ ...variant, variant: id }, snapshot.rules);
    return denial === undefined ? failureReason(replica, worker) : `denied: ${denial.reason}`;
  };

  const reasons = new Map<ReplicaId, string>();
  for (const replica of snapshot.replicas) {
    const worker = workers.get(replica.assignment.worker);
    const reason = worker && reasonOf(replica, worker);
    if (reason !== undefined) reasons.set(replica.assignment.replica, reason);
  }
  return reasons;
}
