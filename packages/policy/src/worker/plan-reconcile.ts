// The changes from the replicas that a worker holds to those that it should hold.

import type { ReplicaId } from '@pareto/core';
import type { AssignedReplica, DesiredReplicas } from './assigned-replica.js';

export interface ReconcilePlan {
  readonly load: readonly AssignedReplica[];
  readonly update: readonly AssignedReplica[];
  readonly drain: readonly ReplicaId[];
}

/** Returns the changes. Repeating the same assignments changes nothing. */
export function planReconcile(
  held: ReadonlyMap<ReplicaId, { readonly assignment: AssignedReplica }>,
  { replicas, keepUnlisted, kept }: DesiredReplicas,
): ReconcilePlan {
  const listed = new Set([...replicas.map(({ replica }) => replica), ...kept]);
  return {
    load: replicas.filter(({ replica }) => !held.has(replica)),
    update: replicas.filter(
      (assignment) => held.has(assignment.replica) && held.get(assignment.replica)?.assignment !== assignment,
    ),
    drain: keepUnlisted ? [] : [...held.keys()].filter((replica) => !listed.has(replica)),
  };
}
