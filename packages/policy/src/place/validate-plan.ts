// A plan looked at again against a fresh snapshot, before anything is done: what no longer makes sense is dropped, with the
// reason.

import type { Assignment, Plan, PlanAction, ReplicaId, VariantId, WorkerId } from '@pareto/core';
import type { PlacementSnapshot, PlacementVariant, PlacementWorker } from './snapshot.js';

/** What is looked at again. */
type Fresh = Pick<PlacementSnapshot, 'variants' | 'workers' | 'replicas'>;

export interface ValidatedPlan {
  readonly actions: readonly PlanAction[];
  readonly dropped: readonly { readonly action: PlanAction; readonly reason: string }[];
}

export function validatePlan(plan: Plan, fresh: Fresh): ValidatedPlan {
  const look = indexFresh(fresh);
  const actions: PlanAction[] = [];
  const dropped: { action: PlanAction; reason: string }[] = [];
  for (const action of plan.actions) {
    const reason = refusal(action, look);
    if (reason === undefined) actions.push(action);
    else dropped.push({ action, reason });
  }
  return { actions, dropped };
}

interface Look {
  readonly variants: ReadonlyMap<VariantId, PlacementVariant>;
  readonly workers: ReadonlyMap<WorkerId, PlacementWorker>;
  readonly replicas: ReadonlySet<ReplicaId>;
  /** Of each worker, less what is assigned to it or still leaving it. */
  readonly free: Map<WorkerId, number>;
}

function indexFresh({ variants, workers, replicas }: Fresh): Look {
  const look: Look = {
    variants: new Map(variants.map((known) => [known.variant.id, known])),
    workers: new Map(workers.map((worker) => [worker.info.id, worker])),
    replicas: new Set(replicas.map(({ assignment }) => assignment.replica)),
    free: new Map(workers.map(({ info }) => [info.id, info.memoryBytes as number])),
  };
  for (const { assignment, memoryBytes, state } of replicas) {
    if (state === 'failed') continue;
    const { worker } = assignment;
    look.free.set(worker, (look.free.get(worker) ?? 0) - Math.max(memoryBytes, memoryOf(look, assignment)));
  }
  return look;
}

function memoryOf(
  { variants }: Look,
  { variant, hardwareClass }: Pick<Assignment, 'variant' | 'hardwareClass'>,
): number {
  const measurement = variants.get(variant)?.measurements.find((m) => m.hardwareClass === hardwareClass);
  return measurement?.result.kind === 'measured' ? measurement.result.profile.memoryBytes : 0;
}

function refusal(action: PlanAction, look: Look): string | undefined {
  switch (action.kind) {
    case 'load': {
      const { assignment } = action;
      const reason = refuseHost(assignment.worker, look) ?? refuseVariant(assignment, look);
      if (reason !== undefined) return reason;
      const left = (look.free.get(assignment.worker) ?? 0) - memoryOf(look, assignment);
      if (left < 0) return 'the worker no longer has the memory';
      look.free.set(assignment.worker, left);
      return undefined;
    }
    case 'adopt':
      return undefined;
    case 'unload':
      return look.replicas.has(action.assignment.replica) ? undefined : 'the replica is gone already';
    case 'make':
      return refuseHost(action.worker, look);
    case 'measure':
      return refuseHost(action.worker, look) ?? refuseVariant(action, look);
  }
}

function refuseHost(id: WorkerId, { workers }: Look): string | undefined {
  const worker = workers.get(id);
  if (worker?.presence !== 'connected') return 'the worker is not connected any more';
  return worker.draining ? 'the worker is draining' : undefined;
}

function refuseVariant(wanted: Pick<Assignment, 'variant' | 'version'>, { variants }: Look): string | undefined {
  const known = variants.get(wanted.variant);
  if (known?.variant.version !== wanted.version) return 'this version of the variant is no longer current';
  return known.variant.quarantineReason === undefined ? undefined : 'the variant is quarantined';
}
