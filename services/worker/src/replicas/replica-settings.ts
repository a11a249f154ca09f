// The batch sizes of a replica, from its assignment.

import { batchSizes } from '@pareto/core';
import { bucketOf, sharedBatchLimit, type ReplicaSettings } from '@pareto/policy';
import type { AssignedReplica } from '../orders/desired-state.js';

/** Returns the settings. `isMixed` is set if a check found that queries influence each other, which the assignment may not say yet. */
export const settingsOf = (assignment: AssignedReplica, isMixed: boolean): ReplicaSettings => ({
  ceiling: isMixed ? 1 : ceilingOf(assignment),
  profile: assignment.profile,
  sizes: isMixed ? undefined : paddedSizes(assignment),
});

/** Returns the maximum number of items in a batch of several queries. 1 if they must not share one. */
const ceilingOf = ({ batchCeiling, spec, profile }: AssignedReplica): number =>
  Math.max(1, Math.min(batchCeiling, spec.maxBatchSize, limitOf(profile)));

const limitOf = (profile: AssignedReplica['profile']): number =>
  profile === undefined ? 1 : sharedBatchLimit(profile);

/**
 * Returns the sizes that batches are padded to on a device, ascending, because the device compiles its programs for
 * each size. Undefined on the cpu, and for a model that may mix rows, to which padding is other rows.
 */
function paddedSizes({ spec, profile }: AssignedReplica): readonly number[] | undefined {
  if (spec.provider === 'cpu' || !spec.signature.batched || limitOf(profile) === 1) return undefined;
  return profile === undefined || profile.points.length === 0
    ? batchSizes(spec.maxBatchSize)
    : profile.points.map(({ batch }) => batch);
}

/** Returns the batch sizes to run before the replica is ready. */
export function warmSizes(assignment: AssignedReplica): readonly number[] {
  const ceiling = ceilingOf(assignment);
  const sizes = paddedSizes(assignment);
  if (sizes === undefined) return batchSizes(ceiling);
  return [...new Set([...sizes.filter((size) => size < ceiling), bucketOf(ceiling, sizes)])];
}
