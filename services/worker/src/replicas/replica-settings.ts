// The batch sizes of a replica, from its assignment.

import { bucketOf, type ReplicaSettings } from '@pareto/policy';
import { batchSizes } from '@pareto/runtime';
import type { AssignedReplica } from '../orders/desired-state.js';

export const settingsOf = (assignment: AssignedReplica): ReplicaSettings => ({
  ceiling: ceilingOf(assignment),
  profile: assignment.profile,
  sizes: paddedSizes(assignment),
});

/** Returns the maximum number of items in a batch. */
const ceilingOf = ({ batchCeiling, spec }: AssignedReplica): number =>
  Math.max(1, Math.min(batchCeiling, spec.maxBatchSize));

/**
 * Returns the sizes that batches are padded to on a device, ascending, because the device compiles its programs for
 * each size. Undefined on the cpu, where batches are not padded.
 */
function paddedSizes({ spec, profile }: AssignedReplica): readonly number[] | undefined {
  if (spec.provider === 'cpu' || !spec.signature.batched) return undefined;
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
