// What the controller sends about a replica: to its worker the settings, and to routers the route.

import type { Assignment, ReplicaId, ReplicaRoute } from '@pareto/core';
import { batchCeiling } from '@pareto/policy';
import type { AssignedReplica } from '../serving/worker.js';
import type { Cluster } from '../cluster/cluster.js';
import { latencyOf, profileOf, variantWithId } from '../cluster/registry.js';

export interface SentReplica extends AssignedReplica {
  readonly route: ReplicaRoute;
}

/** Creates a function that returns the same object for a replica each time. */
export function createAssignedReplicas(cluster: Cluster): (assignment: Assignment) => SentReplica {
  const known = new Map<ReplicaId, SentReplica>();
  return (assignment) => {
    const before = known.get(assignment.replica);
    if (before !== undefined) return before;
    const { replica: id, worker, hardwareClass } = assignment;
    const variant = variantWithId(cluster, assignment.variant);
    const profile = profileOf(variant, hardwareClass);
    const ceiling = batchCeiling(profile, latencyOf(cluster, variant.variant.task));
    const sent = {
      assignment,
      settings: { ceiling, profile, sizes: undefined },
      route: { id, worker, address: `${worker}:1`, batchCeiling: ceiling },
    };
    known.set(id, sent);
    return sent;
  };
}
