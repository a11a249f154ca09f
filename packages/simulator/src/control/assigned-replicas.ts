// What the controller sends about a replica: to its worker the assignment, and to routers the route.

import type { Assignment, ReplicaRoute, VariantSpec } from '@pareto/core';
import { batchCeiling, type AssignedReplica, type PlacementVariant } from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';
import { latencyOf, profileOf, variantWithId } from '../cluster/registry.js';
import { addressOf } from '../serving/network.js';

export interface SentReplica {
  readonly assignment: Assignment;
  readonly assigned: AssignedReplica;
  readonly route: ReplicaRoute;
}

/** Creates a function that returns the same object for an assignment each time. */
export function createAssignedReplicas(cluster: Cluster): (assignment: Assignment) => SentReplica {
  const known = new WeakMap<Assignment, SentReplica>();
  return (assignment) => {
    const before = known.get(assignment);
    if (before !== undefined) return before;
    const { replica, worker, hardwareClass } = assignment;
    const variant = variantWithId(cluster, assignment.variant);
    const profile = profileOf(variant, hardwareClass);
    const ceiling = batchCeiling(profile, latencyOf(cluster, variant.variant.task));
    const spec = specOf(variant, profile.points.at(-1)?.batch ?? 1);
    const sent = {
      assignment,
      assigned: { replica, spec, hardwareClass, batchCeiling: ceiling, profile, usdPerHour: 0 },
      route: { id: replica, worker, address: addressOf(worker), batchCeiling: ceiling },
    };
    known.set(assignment, sent);
    return sent;
  };
}

function specOf({ variant }: PlacementVariant, maxBatchSize: number): VariantSpec {
  const { id, version, provider, option, modelDigest, manifest } = variant;
  return {
    ...{ variant: id, version, provider, option, modelDigest, manifest, maxBatchSize },
    ...{ signature: { inputs: [], outputs: [], batched: true }, labels: {} },
  };
}
