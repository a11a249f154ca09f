// Replays timed assignments as the planner of a simulation.

import { variantId, workerId } from '@pareto/core';
import type { PlannedReplicas, ReplicaPlanner, ServingPolicy } from '../../../policies/serving-policy.js';
import type { TimedAssignment } from './pack-spans.js';
import { planEveryMs } from './plan-feasible.js';

/** Returns the policy that loads these replicas, and serves with the routers and workers of production. */
export const plannedPolicy = (name: string, assignments: readonly TimedAssignment[]): ServingPolicy => ({
  kind: 'planned',
  name,
  plan: ({ warmUpMs }) => createTimedPlanner(assignments, warmUpMs),
});

/** Creates a planner. The times of the assignments begin at the first query, which arrives at `warmUpMs`. */
function createTimedPlanner(assignments: readonly TimedAssignment[], warmUpMs: number): ReplicaPlanner {
  return {
    everyMs: planEveryMs,
    plan: ({ now }) => assignmentsAt(assignments, now - warmUpMs),
  };
}

function assignmentsAt(assignments: readonly TimedAssignment[], atMs: number): readonly PlannedReplicas[] {
  const counts = new Map<string, PlannedReplicas>();
  for (const { variant, worker, loadAtMs, untilMs } of assignments) {
    if (loadAtMs > atMs) break;
    if (untilMs <= atMs) continue;
    const key = `${worker} ${variant}`;
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { variant: variantId(variant), worker: workerId(worker), count });
  }
  return [...counts.values()];
}
