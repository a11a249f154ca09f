// Bringing a plan in line with what runs, after the store that holds the plan was restored to an earlier state.

import type { Assignment, HardwareClassId, PlanAction, ReplicaReport, WorkerId, WorkerInfo } from '@pareto/core';
import type { PlacementVariant } from '../snapshot/snapshot.js';

/** A variant and where it was measured. */
type KnownVariant = Pick<PlacementVariant, 'variant' | 'measurements'>;

/** A worker that is there and has said what it runs. */
export interface RunningWorker {
  readonly info: WorkerInfo;
  readonly replicas: readonly Pick<ReplicaReport, 'replica' | 'variant' | 'version' | 'state'>[];
}

export interface AdoptionSnapshot {
  readonly workers: readonly RunningWorker[];
  /** The plan as the store has it. */
  readonly assignments: readonly Assignment[];
  /** Every version of every variant that what runs may be one of. */
  readonly variants: readonly KnownVariant[];
}

/** Takes into the plan what runs without being in it, and whose variant is registered. */
export function planAdoption({ workers, assignments, variants }: AdoptionSnapshot): readonly PlanAction[] {
  const assigned = new Set(assignments.map(({ replica }) => replica));
  return workers.flatMap(({ info, replicas }) =>
    replicas.flatMap(({ replica, variant, version, state }): readonly PlanAction[] => {
      if (assigned.has(replica) || state === 'failed' || state === 'draining') return [];
      const known = variants.find((one) => one.variant.id === variant && one.variant.version === version);
      const hardwareClass = known === undefined ? undefined : classOf(known, info);
      if (hardwareClass === undefined) return [];
      const assignment: Assignment = { replica, variant, version, worker: info.id, hardwareClass };
      return [{ kind: 'adopt', assignment, reason: 'it runs, and the restored plan does not know it' }];
    }),
  );
}

/** Takes out of the plan what workers that are there do not run: it is placed anew, where there is room. */
export function planAbsences({ workers, assignments }: Omit<AdoptionSnapshot, 'variants'>): readonly PlanAction[] {
  const running = new Map<WorkerId, ReadonlySet<string>>(
    workers.map(({ info, replicas }) => [info.id, new Set(replicas.map(({ replica }) => replica))]),
  );
  return assignments.flatMap((assignment): readonly PlanAction[] => {
    const isThere = running.get(assignment.worker)?.has(assignment.replica) ?? true;
    return isThere ? [] : [{ kind: 'unload', assignment, reason: 'its worker does not run it' }];
  });
}

/** The worker's class that the variant was measured on, else the first that it runs on. */
function classOf({ variant, measurements }: KnownVariant, { slotGroups }: WorkerInfo): HardwareClassId | undefined {
  const own = slotGroups.filter(({ hardwareClass }) => hardwareClass.provider === variant.provider);
  const ids = own.map(({ hardwareClass }) => hardwareClass.id);
  return ids.find((id) => measurements.some((measurement) => measurement.hardwareClass === id)) ?? ids[0];
}
