// The snapshot that planning uses, from the cluster, the assignments and the reports of the workers.

import { milliseconds, type Assignment, type Milliseconds, type ReplicaId, type WorkerInfo } from '@pareto/core';
import {
  keepWorkers,
  observeReplica,
  type DemandInput,
  type DemandWindow,
  type FleetState,
  type Observed,
  type PlacementReplica,
  type PlacementWorker,
} from '@pareto/policy';
import type { Cluster } from '../cluster/cluster.js';

type AssignedAt = ReadonlyMap<ReplicaId, Milliseconds>;

export interface ClusterView {
  readonly cluster: Cluster;
  /** Workers that have joined, with those that have left. */
  readonly workers: readonly WorkerInfo[];
  readonly fleet: FleetState;
  readonly demand: DemandWindow;
  readonly assignments: readonly Assignment[];
  readonly now: Milliseconds;
}

/** The controller leads from the start. */
export const leadingSince: Milliseconds = milliseconds(0);

/** Returns the snapshot. `assignedAt` is the time at which each assignment was first seen, `before` the last snapshot. */
export function observe(view: ClusterView, assignedAt: AssignedAt, before?: Observed): Observed {
  const workers = view.workers.map((info) => observeWorker(view, info));
  const { tasks, architectures, variants, prices } = view.cluster;
  return {
    ...{ now: view.now, tasks, architectures, served: new Map(), variants, rules: [], warmthRules: [], prices },
    workers: keepWorkers(before?.workers ?? [], workers),
    replicas: [...assignedReplicas(view, assignedAt), ...leavingReplicas(view)],
  };
}

function observeWorker({ fleet, now }: ClusterView, info: WorkerInfo): PlacementWorker {
  const { live, ...seen } = fleet.observe(info.id, now, leadingSince);
  return { ...seen, info, draining: live?.report?.draining === true, measuring: undefined, making: undefined };
}

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

const assignedReplicas = (
  { assignments, fleet, now }: ClusterView,
  assignedAt: AssignedAt,
): readonly PlacementReplica[] =>
  assignments.map((assignment) => {
    const { worker, replica } = assignment;
    return observeReplica(assignment, fleet.replicas(worker).get(replica), assignedAt.get(replica) ?? now, now);
  });

/** Returns the replicas that workers still have without an assignment. */
function leavingReplicas({ workers, assignments, fleet }: ClusterView): readonly PlacementReplica[] {
  const known = new Set(assignments.map(({ replica }) => replica));
  return workers.flatMap(({ id: worker, slotGroups: [group] }) =>
    group === undefined
      ? []
      : [...fleet.replicas(worker).values()]
          .filter(({ report: { replica, state } }) => !known.has(replica) && state !== 'failed')
          .map(({ report: { replica, variant, version, memoryBytes }, since, readyAt, lastUsedAt }) => ({
            assignment: { replica, variant, version, worker, hardwareClass: group.hardwareClass.id },
            ...{ state: 'draining', since, readyAt, memoryBytes, lastUsedAt },
          })),
  );
}
