// The replicas that can never answer again, each with the reason.

import { architectureNameOf, groupBy, type Assignment, type ReplicaId, type VariantId } from '@pareto/core';
import { denialOf } from '../../select/rules.js';
import type { PlacementParams, PlacementReplica, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';
import { versionKey, type VersionsByArchitecture } from '../../snapshot/versions.js';
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
  const siblingsOf = groupLazily(snapshot.replicas, ({ assignment }) => architectureNameOf(assignment.variant));

  const failureReason = (
    { state, since, assignment: { variant, version } }: PlacementReplica,
    { presence, absentSince, emptySince }: PlacementWorker,
  ): string | undefined => {
    if (presence === 'gone') {
      const isLong = absentSince === undefined || horizon.hasCome(absentSince + params.absenceMs);
      return isLong ? 'the worker is gone' : undefined;
    }
    if (state === 'assigned' && emptySince !== undefined && since < emptySince)
      return 'its worker was gone, and has restarted without it';
    if (state !== 'failed') return undefined;
    const loads = snapshot.recentLoads.get(versionKey(variant, version))?.count ?? 1;
    const retryMs = Math.min(params.maxRetryMs, params.failedRetryMs * 2 ** (loads - 1));
    if (!horizon.hasCome(since + retryMs)) return undefined;
    return 'failed; it will be loaded again';
  };
  /**
   * Returns whether a replica of an old version is not ready, or every replica that replaces it has been ready for
   * `handoverMs`, so that all routers have received the change.
   */
  const isSuperseded = (replica: PlacementReplica, served: number): boolean => {
    if (replica.state !== 'ready') return true;
    const own = siblingsOf(architectureNameOf(replica.assignment.variant));
    const successors = own.filter(({ state, assignment }) => state === 'ready' && assignment.version === served);
    return successors.length > 0 && successors.every(({ since }) => horizon.hasCome(since + params.handoverMs));
  };
  const faultOf = memoizeByVersion(({ variant: id, version }): VersionFault => {
    const own = versions.get(architectureNameOf(id));
    if (own !== undefined && version !== own.served && version !== own.next) return { supersededBy: own.served };
    const variant = variants.get(versionKey(id, version));
    if (variant === undefined) return { reason: 'the variant was deleted' };
    if (variant.quarantineReason !== undefined) return { reason: `quarantined: ${variant.quarantineReason}` };
    const denial = denialOf({ ...variant, variant: id }, snapshot.rules);
    return denial === undefined ? {} : { reason: `denied: ${denial.reason}` };
  });
  const reasonOf = (replica: PlacementReplica, worker: PlacementWorker): string | undefined => {
    const { supersededBy, reason } = faultOf(replica.assignment);
    if (supersededBy === undefined) return reason ?? failureReason(replica, worker);
    if (!isSuperseded(replica, supersededBy)) return failureReason(replica, worker);
    return `${architectureNameOf(replica.assignment.variant)} resolves to version ${supersededBy} now`;
  };

  const reasons = new Map<ReplicaId, string>();
  for (const replica of snapshot.replicas) {
    const worker = workers.get(replica.assignment.worker);
    const reason = worker && reasonOf(replica, worker);
    if (reason !== undefined) reasons.set(replica.assignment.replica, reason);
  }
  return reasons;
}

/** The fault of a version of a variant, because of which none of its replicas can stay. Without fields if there is none. */
interface VersionFault {
  /** The served version, if the variant's version is neither served nor the next one. */
  readonly supersededBy?: number;
  readonly reason?: string;
}

type VersionedVariant = Pick<Assignment, 'variant' | 'version'>;

/** Returns a function that computes each version of a variant once. Most of them have several replicas. */
function memoizeByVersion<T>(compute: (of: VersionedVariant) => T): (of: VersionedVariant) => T {
  const known = new Map<VariantId, Map<number, T>>();
  return ({ variant, version }) => {
    const own = known.get(variant) ?? new Map<number, T>();
    if (own.size === 0) known.set(variant, own);
    const result = own.get(version) ?? compute({ variant, version });
    own.set(version, result);
    return result;
  };
}

/** Returns a function that returns a group, and groups the items at its first call. */
function groupLazily<T>(items: readonly T[], keyOf: (item: T) => string): (key: string) => readonly T[] {
  let groups: ReadonlyMap<string, readonly T[]> | undefined;
  return (key) => (groups ??= groupBy(items, keyOf)).get(key) ?? [];
}
