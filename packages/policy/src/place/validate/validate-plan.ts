// A plan looked at again against a fresh snapshot, before anything is done: what no longer makes sense is dropped, with the
// reason.

import type { Assignment, Plan, PlanAction, ReplicaId, VariantId, WorkerId } from '@pareto/core';
import { fleetClasses, type FleetClass } from '../../make/fleet-classes.js';
import { isStale } from '../../make/list-measures.js';
import type {
  PlacementArchitecture,
  PlacementSnapshot,
  PlacementVariant,
  PlacementWorker,
} from '../../snapshot/snapshot.js';

/** What is looked at again. */
type Fresh = Pick<PlacementSnapshot, 'architectures' | 'variants' | 'workers' | 'replicas'>;

export interface ValidatedPlan {
  readonly actions: readonly PlanAction[];
  readonly dropped: readonly { readonly action: PlanAction; readonly reason: string }[];
}

export function validatePlan(plan: Pick<Plan, 'actions'>, fresh: Fresh): ValidatedPlan {
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
  readonly architectures: ReadonlyMap<string, PlacementArchitecture>;
  /** By `keyOf`. */
  readonly variants: ReadonlyMap<string, PlacementVariant>;
  readonly workers: ReadonlyMap<WorkerId, PlacementWorker>;
  readonly classes: readonly FleetClass[];
  readonly replicas: ReadonlySet<ReplicaId>;
  /** Of each worker, less what is assigned to it or still leaving it. */
  readonly free: Map<WorkerId, number>;
}

type Named = Pick<Assignment, 'variant' | 'version'>;

const keyOf = (variant: VariantId, version: number): string => `${variant}/${version}`;

function indexFresh({ architectures, variants, workers, replicas }: Fresh): Look {
  const look: Look = {
    architectures: new Map(architectures.map((planned) => [planned.architecture.name, planned])),
    variants: new Map(variants.map((known) => [keyOf(known.variant.id, known.variant.version), known])),
    workers: new Map(workers.map((worker) => [worker.info.id, worker])),
    classes: fleetClasses(workers),
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

const measurementOf = (
  { variants }: Look,
  { variant, version, hardwareClass }: Named & Pick<Assignment, 'hardwareClass'>,
): PlacementVariant['measurements'][number] | undefined =>
  variants.get(keyOf(variant, version))?.measurements.find((one) => one.hardwareClass === hardwareClass);

function memoryOf(look: Look, assignment: Named & Pick<Assignment, 'hardwareClass'>): number {
  const result = measurementOf(look, assignment)?.result;
  return result?.kind === 'measured' ? result.profile.memoryBytes : 0;
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
      return refuseOrder(action.worker, look) ?? refuseMake(action, look);
    case 'measure':
      return refuseOrder(action.worker, look) ?? refuseVariant(action, look) ?? refuseMeasure(action, look);
  }
}

function refuseHost(id: WorkerId, { workers }: Look): string | undefined {
  const worker = workers.get(id);
  if (worker?.presence !== 'connected') return 'the worker is not connected any more';
  return worker.draining ? 'the worker is draining' : undefined;
}

function refuseOrder(id: WorkerId, look: Look): string | undefined {
  const worker = look.workers.get(id);
  const isBusy = worker?.making !== undefined || worker?.measuring !== undefined;
  return refuseHost(id, look) ?? (isBusy ? 'the worker makes or measures something already' : undefined);
}

function refuseVariant(wanted: Named, { variants }: Look): string | undefined {
  const known = variants.get(keyOf(wanted.variant, wanted.version));
  if (known === undefined) return 'this version of the variant is no longer current';
  return known.variant.quarantineReason === undefined ? undefined : 'the variant is quarantined';
}

function refuseMake(
  { architecture, version, recipe }: Extract<PlanAction, { kind: 'make' }>,
  { architectures }: Look,
): string | undefined {
  const planned = architectures.get(architecture);
  if (planned?.architecture.version !== version) return 'this version of the architecture is no longer current';
  const isTried = planned.outcomes.some((one) => one.version === version && one.recipe === recipe);
  return isTried ? 'an outcome of the recipe is there already' : undefined;
}

function refuseMeasure(action: Extract<PlanAction, { kind: 'measure' }>, look: Look): string | undefined {
  const known = measurementOf(look, action);
  const own = look.classes.find(({ id }) => id === action.hardwareClass);
  const isThere = known !== undefined && own !== undefined && !isStale(known, own);
  return isThere ? 'it was measured meanwhile' : undefined;
}
