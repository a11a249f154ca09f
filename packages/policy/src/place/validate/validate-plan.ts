// The validation of a plan against a fresh snapshot before it is carried out. Outdated actions are dropped with a
// reason.

import type { Assignment, Plan, PlanAction, ReplicaId, WorkerId } from '@pareto/core';
import { fleetClasses, type FleetClass } from '../../make/fleet-classes.js';
import { isStale } from '../../make/list-measures.js';
import { isNoisy } from '../../make/noisy-measurements.js';
import type {
  PlacementArchitecture,
  PlacementParams,
  PlacementSnapshot,
  PlacementVariant,
  PlacementWorker,
} from '../../snapshot/snapshot.js';
import { versionKey } from '../../snapshot/versions.js';
import { createMemory, type Memory } from '../context/memory.js';
import type { Host } from '../ledger/entry.js';
import { createHosts } from '../ledger/hosts.js';
import { lackingPool, reserve, type MemoryPool } from '../ledger/memory-pools.js';

/** The parts of the snapshot that are validated against. */
type Fresh = Pick<PlacementSnapshot, 'architectures' | 'variants' | 'workers' | 'replicas'>;

export interface ValidatedPlan {
  readonly actions: readonly PlanAction[];
  readonly dropped: readonly { readonly action: PlanAction; readonly reason: string }[];
}

export function validatePlan(plan: Pick<Plan, 'actions'>, fresh: Fresh, params: PlacementParams): ValidatedPlan {
  if (plan.actions.length === 0) return { actions: [], dropped: [] };
  const context = createValidationContext(fresh, params);
  const actions: PlanAction[] = [];
  const dropped: { action: PlanAction; reason: string }[] = [];
  for (const action of plan.actions) {
    const reason = dropReason(action, context);
    if (reason === undefined) actions.push(action);
    else dropped.push({ action, reason });
  }
  return { actions, dropped };
}

interface ValidationContext {
  readonly architectures: ReadonlyMap<string, PlacementArchitecture>;
  /** Variants by `versionKey`. */
  readonly variants: ReadonlyMap<string, PlacementVariant>;
  readonly workers: ReadonlyMap<WorkerId, PlacementWorker>;
  readonly classes: readonly FleetClass[];
  readonly replicas: ReadonlySet<ReplicaId>;
  readonly memory: Memory;
  /** Workers with their free memory, without that of assigned and unloading replicas and of orders. */
  readonly hosts: ReadonlyMap<WorkerId, Host>;
}

type VariantVersion = Pick<Assignment, 'variant' | 'version'>;

function createValidationContext(
  { architectures, variants, workers, replicas }: Fresh,
  params: PlacementParams,
): ValidationContext {
  const memory = createMemory({ architectures, variants }, params);
  const { byId: hosts } = createHosts(workers, memory, params);
  for (const replica of replicas) reserve(poolsOf(hosts, replica.assignment), memory.ofReplica(replica));
  return {
    architectures: new Map(architectures.map((planned) => [planned.architecture.name, planned])),
    variants: new Map(variants.map((known) => [versionKey(known.variant.id, known.variant.version), known])),
    workers: new Map(workers.map((worker) => [worker.info.id, worker])),
    classes: fleetClasses(workers),
    replicas: new Set(replicas.map(({ assignment }) => assignment.replica)),
    memory,
    hosts,
  };
}

/** Returns the memories that hold a replica. Empty if its worker is unknown. */
function poolsOf(
  hosts: ReadonlyMap<WorkerId, Host>,
  { worker, hardwareClass }: Pick<Assignment, 'worker' | 'hardwareClass'>,
): readonly MemoryPool[] {
  const host = hosts.get(worker);
  return host?.groups.get(hardwareClass)?.pools ?? host?.pools ?? [];
}

const measurementOf = (
  { variants }: ValidationContext,
  { variant, version, hardwareClass }: VariantVersion & Pick<Assignment, 'hardwareClass'>,
): PlacementVariant['measurements'][number] | undefined =>
  variants.get(versionKey(variant, version))?.measurements.find((one) => one.hardwareClass === hardwareClass);

function dropReason(action: PlanAction, context: ValidationContext): string | undefined {
  switch (action.kind) {
    case 'load': {
      const { assignment } = action;
      const reason = workerDropReason(assignment.worker, context) ?? variantDropReason(assignment, context);
      if (reason !== undefined) return reason;
      const pools = poolsOf(context.hosts, assignment);
      const needed = context.memory.expected(assignment);
      const lacking = lackingPool(pools, needed, 'freeBytes');
      if (lacking !== undefined) return `the worker no longer has the ${lacking.kind}`;
      reserve(pools, needed);
      return undefined;
    }
    case 'adopt':
      return undefined;
    case 'unload':
      return context.replicas.has(action.assignment.replica) ? undefined : 'the replica is gone already';
    case 'make':
      return orderDropReason(action.worker, context) ?? makeDropReason(action, context);
    case 'measure':
      return (
        orderDropReason(action.worker, context) ??
        variantDropReason(action, context) ??
        measureDropReason(action, context)
      );
  }
}

function workerDropReason(id: WorkerId, { workers }: ValidationContext): string | undefined {
  const worker = workers.get(id);
  if (worker?.presence !== 'connected') return 'the worker is no longer connected';
  return worker.draining ? 'the worker is draining' : undefined;
}

function orderDropReason(id: WorkerId, context: ValidationContext): string | undefined {
  const worker = context.workers.get(id);
  const isBusy = worker?.making !== undefined || worker?.measuring !== undefined;
  return workerDropReason(id, context) ?? (isBusy ? 'the worker already has an order' : undefined);
}

function variantDropReason(wanted: VariantVersion, { variants }: ValidationContext): string | undefined {
  const known = variants.get(versionKey(wanted.variant, wanted.version));
  if (known === undefined) return 'this version of the variant is no longer current';
  return known.variant.quarantineReason === undefined ? undefined : 'the variant is quarantined';
}

function makeDropReason(
  { architecture, version, recipe }: Extract<PlanAction, { kind: 'make' }>,
  { architectures }: ValidationContext,
): string | undefined {
  const planned = architectures.get(architecture);
  if (planned?.architecture.version !== version) return 'this version of the architecture is no longer current';
  const isTried = planned.outcomes.some((one) => one.version === version && one.recipe === recipe);
  return isTried ? 'the recipe already has an outcome' : undefined;
}

function measureDropReason(
  action: Extract<PlanAction, { kind: 'measure' }>,
  context: ValidationContext,
): string | undefined {
  const known = measurementOf(context, action);
  const own = context.classes.find(({ id }) => id === action.hardwareClass);
  const isThere = known !== undefined && own !== undefined && !isStale(known, own) && !isNoisy(known);
  return isThere ? 'it was measured meanwhile' : undefined;
}
