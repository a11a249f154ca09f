// The snapshot that planning uses, from the cluster, the assignments and the reports of the workers.

import { bytes, milliseconds, type Assignment, type Milliseconds, type ReplicaId, type WorkerId } from '@pareto/core';
import type { DemandInput, DemandWindow, FleetState, Observed, PlacementReplica } from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';

type AssignedAt = ReadonlyMap<ReplicaId, Milliseconds>;

export interface ClusterView {
  readonly cluster: Cluster;
  readonly fleet: FleetState;
  readonly demand: DemandWindow;
  readonly assignments: readonly Assignment[];
  readonly now: Milliseconds;
}

/** Returns the snapshot. `assignedAt` is the time at which each assignment was first seen. */
export const observe = (view: ClusterView, assignedAt: AssignedAt): Observed => ({
  now: view.now,
  tasks: view.cluster.tasks,
  architectures: view.cluster.architectures,
  served: new Map(),
  variants: view.cluster.variants,
  rules: [],
  warmthRules: [],
  workers: view.cluster.workers.map((info) => ({
    ...{ info, presence: 'connected', draining: false, measuring: undefined, making: undefined },
  })),
  replicas: [
    ...assignedReplicas(view, assignedAt),
    ...view.cluster.workers.flatMap(({ id }) => leavingReplicas(view, id)),
  ],
  prices: view.cluster.prices,
});

export const observeDemand = ({ demand, fleet, now }: ClusterView, { replicas }: Observed): DemandInput => ({
  demands: demand.demands(now),
  held: [...demand.held(now).keys()],
  active: () =>
    replicas.flatMap(({ assignment }) => {
      const live = fleet.replicas(assignment.worker).get(assignment.replica);
      return live === undefined ? [] : [{ assignment, recent: live.recent }];
    }),
  now,
});

function assignedReplicas(
  { assignments, fleet, now }: ClusterView,
  assignedAt: AssignedAt,
): readonly PlacementReplica[] {
  return assignments.map((assignment) => {
    const live = fleet.replicas(assignment.worker).get(assignment.replica);
    const at = assignedAt.get(assignment.replica) ?? now;
    if (live === undefined) return { assignment, state: 'assigned', since: at, memoryBytes: bytes(0), lastUsedAt: at };
    const { report, since, lastUsedAt, isInUse } = live;
    const { state, memoryBytes } = report;
    return {
      ...{ assignment, state, since, memoryBytes },
      lastUsedAt: isInUse ? now : milliseconds(Math.max(lastUsedAt, at)),
    };
  });
}

/** Returns the replicas that a worker still has without an assignment. */
function leavingReplicas({ cluster, assignments, fleet }: ClusterView, worker: WorkerId): readonly PlacementReplica[] {
  const known = new Set(assignments.map(({ replica }) => replica));
  const [group] = cluster.workers.find(({ id }) => id === worker)?.slotGroups ?? [];
  if (group === undefined) return [];
  return [...fleet.replicas(worker).values()]
    .filter(({ report }) => !known.has(report.replica))
    .map(({ report: { replica, variant, version, memoryBytes }, since, lastUsedAt }) => ({
      assignment: { replica, variant, version, worker, hardwareClass: group.hardwareClass.id },
      ...{ state: 'draining', since, memoryBytes, lastUsedAt },
    }));
}
