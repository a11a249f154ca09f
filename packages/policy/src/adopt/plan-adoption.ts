// Reconciliation of the plan with running replicas, after the store was restored to an earlier state.

import type { Assignment, HardwareClassId, PlanAction, ReplicaReport, WorkerId, WorkerInfo } from '@pareto/core';
import type { PlacementVariant } from '../snapshot/snapshot.js';

/** A variant and its measurements. */
type KnownVariant = Pick<PlacementVariant, 'variant' | 'measurements'>;

/** A connected worker and the replicas that it reported. */
export interface RunningWorker {
  readonly info: WorkerInfo;
  readonly replicas: readonly Pick<ReplicaReport, 'replica' | 'variant' | 'version' | 'state'>[];
}

export interface AdoptionSnapshot {
  readonly workers: readonly RunningWorker[];
  /** The stored plan. */
  readonly assignments: readonly Assignment[];
  /** Every version of every variant that running replicas may belong to. */
  readonly variants: readonly KnownVariant[];
}

/** Adds running replicas to the plan that are missing in it and whose variant is registered. */
export function planAdoption({ workers, assignments, variants }: AdoptionSnapshot): readonly PlanAction[] {
  const assigned = new Set(assignments.map(({ replica }) => replica));
  return workers.flatMap(({ info, replicas }) =>
    replicas.flatMap(({ replica, variant, version, state }): readonly PlanAction[] => {
      if (assigned.has(replica) || state === 'failed' || state === 'draining') return [];
      const known = variants.find((one) => one.variant.id === variant && one.variant.version === version);
      const hardwareClass = known === undefined ? undefined : classOf(known, info);
      if (hardwareClass === undefined) return [];
      const assignment: Assignment = { replica, variant, version, worker: info.id, hardwareClass };
      return [{ kind: 'adopt', assignment, reason: 'it runs but is missing from the restored plan' }];
    }),
  );
}

/**
 * Removes assignments from the plan that connected workers do not run. Placement assigns their variants again if there
 * is room.
 */
export function planAbsences({ workers, assignments }: Omit<AdoptionSnapshot, 'variants'>): readonly PlanAction[] {
  const running = new Map<WorkerId, ReadonlySet<string>>(
    workers.map(({ info, replicas }) => [info.id, new Set(replicas.map(({ replica }) => replica))]),
  );
  return assignments.flatMap((assignment): readonly PlanAction[] => {
    const isThere = running.get(assignment.worker)?.has(assignment.replica) ?? true;
    return isThere ? [] : [{ kind: 'unload', assignment, reason: 'its worker does not run it' }];
  });
}

/** Returns the worker's class that the variant was measured on, otherwise the first one that it can run on. */
function classOf({ variant, measurements }: KnownVariant, { slotGroups }: WorkerInfo): HardwareClassId | undefined {
  const own = slotGroups.filter(({ hardwareClass }) => hardwareClass.provider === variant.provider);
  const ids = own.map(({ hardwareClass }) => hardwareClass.id);
  return ids.find((id) => measurements.some((measurement) => measurement.hardwareClass === id)) ?? ids[0];
}
