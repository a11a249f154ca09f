// Turns that another planner decides, with the routers and workers of production.

import { milliseconds, replicaId, type PlanAction, type ReplicaId } from '@pareto/core';
import type { PlacementReplica } from '@pareto/policy';
import { profileOf, variantWithId } from '../cluster/registry.js';
import { planChanges } from '../policies/plan-changes.js';
import type { ReplicaPlanner, ServingReplica } from '../policies/serving-policy.js';
import { observe, type ClusterView } from './observe.js';
import type { Planner } from './planner.js';

interface PlannedReplica extends ServingReplica {
  readonly of: PlacementReplica;
}

/** `arrived` returns the number of queries of each stream until now. */
export function createPlannedTurns(planner: ReplicaPlanner, arrived: () => readonly number[]): Planner {
  let nextAt = 0;
  let loads = 0;
  let before: readonly number[] = arrived().map(() => 0);
  return {
    turn(view) {
      const { now, cluster, workers } = view;
      if (now < nextAt) return undefined;
      nextAt = now + planner.everyMs;
      const observed = observe(view, new Map());
      const replicas = observed.replicas.flatMap((replica) => servingReplica(view, replica));
      const current = [...arrived()];
      const usable = observed.workers.filter(({ presence, draining }) => presence === 'connected' && !draining);
      const planned = planner.plan({
        ...{ now, replicas, workers: usable.map(({ info }) => info) },
        arrived: current.map((count, stream) => count - (before[stream] ?? 0)),
      });
      before = current;
      const running = replicas.filter(({ state }) => state !== 'draining');
      const changes = planned === undefined ? { loads: [], unloads: [] } : planChanges(planned, running);
      const free = new Map(workers.map(({ id, memoryBytes }) => [id, memoryBytes as number]));
      const take = (worker: ServingReplica['worker']['id'], memoryBytes: number): void =>
        void free.set(worker, (free.get(worker) ?? 0) - memoryBytes);
      const memoryOf = ({ variant, worker }: Pick<PlacementReplica['assignment'], 'variant' | 'worker'>) => {
        const entry = variantWithId(cluster, variant);
        const host = workers.find(({ id }) => id === worker);
        const group = host?.slotGroups.find(({ hardwareClass: { id } }) =>
          entry.measurements.some((one) => one.hardwareClass === id && one.result.kind === 'measured'),
        );
        return (
          group && {
            hardwareClass: group.hardwareClass.id,
            bytes: profileOf(entry, group.hardwareClass.id).memoryBytes,
          }
        );
      };
      for (const { assignment } of observed.replicas) take(assignment.worker, memoryOf(assignment)?.bytes ?? 0);
      const unloaded = new Set<ReplicaId>(changes.unloads.map(({ of }) => of.assignment.replica));
      const actions: PlanAction[] = changes.unloads.map(({ of: { assignment } }) => ({
        ...{ kind: 'unload', assignment, reason: 'planned' },
      }));
      for (const { variant, worker } of changes.loads) {
        const memory = memoryOf({ variant, worker });
        if (memory === undefined || memory.bytes > (free.get(worker) ?? 0)) continue;
        take(worker, memory.bytes);
        const replica = replicaId(`planned-${loads++}`);
        const assignment = { replica, variant, version: 1, worker, hardwareClass: memory.hardwareClass };
        actions.push({ kind: 'load', assignment, reason: 'planned' });
      }
      const kept = observed.replicas.flatMap(({ assignment: { replica } }) =>
        unloaded.has(replica) ? [] : [{ replica, source: undefined, reason: 'planned' }],
      );
      const plan = { actions, unmet: [], deferred: [], kept, nextAt: milliseconds(nextAt) };
      return { observed, plan, actions, held: [] };
    },
  };
}

function servingReplica({ cluster, workers, fleet }: ClusterView, of: PlacementReplica): readonly PlannedReplica[] {
  const { assignment, state, since } = of;
  const worker = workers.find(({ id }) => id === assignment.worker);
  if (worker === undefined || state === 'failed') return [];
  const report = fleet.replicas(assignment.worker).get(assignment.replica)?.report;
  return [
    {
      ...{ id: assignment.replica, variant: assignment.variant, worker, of },
      task: variantWithId(cluster, assignment.variant).variant.task,
      state: state === 'ready' || state === 'draining' ? state : 'loading',
      readyAt: state === 'ready' ? since : Infinity,
      ...{ queue: [], inFlight: 0, running: report?.runningItems ?? 0, expectedEndAt: 0 },
      ...{ sent: report?.requests ?? 0, answered: report?.items ?? 0 },
    },
  ];
}
