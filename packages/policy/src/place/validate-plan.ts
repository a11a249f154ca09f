// A plan looked at again against a fresh snapshot, before anything is done: what no longer makes sense is dropped, with the
// reason.

import type { Assignment, Plan, PlanAction, WorkerId } from '@pareto/core';
import type { PlacementSnapshot } from './snapshot.js';

/** What is looked at again. */
type Fresh = Pick<PlacementSnapshot, 'variants' | 'workers' | 'replicas'>;

export interface ValidatedPlan {
  readonly actions: readonly PlanAction[];
  readonly dropped: readonly { readonly action: PlanAction; readonly reason: string }[];
}

export function validatePlan(plan: Plan, fresh: Fresh): ValidatedPlan {
  const free = freeMemory(fresh);
  const actions: PlanAction[] = [];
  const dropped: { action: PlanAction; reason: string }[] = [];
  for (const action of plan.actions) {
    const reason = refusal(action, fresh, free);
    if (reason === undefined) actions.push(action);
    else dropped.push({ action, reason });
  }
  return { actions, dropped };
}

/** Of each worker, less what is assigned to it or still leaving it. */
function freeMemory(fresh: Fresh): Map<WorkerId, number> {
  const free = new Map(fresh.workers.map(({ info }) => [info.id, info.memoryBytes as number]));
  for (const { assignment, memoryBytes, state } of fresh.replicas) {
    if (state === 'failed') continue;
    const { worker } = assignment;
    free.set(worker, (free.get(worker) ?? 0) - Math.max(memoryBytes, memoryOf(fresh, assignment)));
  }
  return free;
}

function memoryOf(fresh: Fresh, { variant, hardwareClass }: Pick<Assignment, 'variant' | 'hardwareClass'>): number {
  const known = fresh.variants.find((candidate) => candidate.variant.id === variant);
  const measurement = known?.measurements.find((m) => m.hardwareClass === hardwareClass);
  return measurement?.result.kind === 'measured' ? measurement.result.profile.memoryBytes : 0;
}

function refusal(action: PlanAction, fresh: Fresh, free: Map<WorkerId, number>): string | undefined {
  switch (action.kind) {
    case 'load': {
      const { assignment } = action;
      const reason = refuseHost(assignment.worker, fresh) ?? refuseVariant(assignment, fresh);
      if (reason !== undefined) return reason;
      const left = (free.get(assignment.worker) ?? 0) - memoryOf(fresh, assignment);
      if (left < 0) return 'the worker no longer has the memory';
      free.set(assignment.worker, left);
      return undefined;
    }
    case 'adopt':
      return undefined;
    case 'unload': {
      const there = fresh.replicas.some(({ assignment }) => assignment.replica === action.assignment.replica);
      return there ? undefined : 'the replica is gone already';
    }
    case 'measure':
      return refuseHost(action.worker, fresh) ?? refuseVariant(action, fresh);
  }
}

function refuseHost(id: WorkerId, fresh: Fresh): string | undefined {
  const worker = fresh.workers.find(({ info }) => info.id === id);
  if (worker?.presence !== 'connected') return 'the worker is not connected any more';
  return worker.draining ? 'the worker is draining' : undefined;
}

function refuseVariant(wanted: Pick<Assignment, 'variant' | 'version'>, fresh: Fresh): string | undefined {
  const known = fresh.variants.find(({ variant }) => variant.id === wanted.variant);
  if (known?.variant.version !== wanted.version) return 'this version of the variant is no longer current';
  return known.variant.quarantineReason === undefined ? undefined : 'the variant is quarantined';
}
