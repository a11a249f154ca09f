// The inputs of a plan, and what follows from the snapshot alone.

import {
  oncePer,
  type HardwareClassId,
  type Milliseconds,
  type ReplicaId,
  type Variant,
  type VariantId,
  type WorkerId,
} from '@pareto/core';
import type { PlacementParams, PlacementReplica, PlacementSnapshot, PlacementWorker } from '../../snapshot/snapshot.js';
import type { Solution } from '../../snapshot/solution.js';
import { versionKey, versionsOf, type VersionsByArchitecture } from '../../snapshot/versions.js';
import { coldVariants } from '../../snapshot/warmth.js';
import { applySolution, sparedWorkers } from './apply-solution.js';
import { budgetClause, mustLeave } from './budget.js';
import { divideDemand, type DivisionInput, type VariantDemand } from './divide-demand.js';
import { createHorizon, type Horizon } from './horizon.js';
import { hostedBy } from './hosted-by.js';
import { createOptionsWithin, type OptionsWithin } from './options-within.js';
import { listOptions, type Option, type Options } from './options.js';
import { requiredVariants, type RequiredVariant } from './required-variants.js';
import type { Retention } from './retention.js';
import { listUnservable } from './unservable.js';

export interface PlanningContext {
  readonly snapshot: PlacementSnapshot;
  readonly params: PlacementParams;
  readonly horizon: Horizon;
  readonly versions: VersionsByArchitecture;
  readonly options: Options;
  /** Variants that are kept only while queries use them, from `coldVariants`. */
  readonly cold: ReadonlyMap<VariantId, Milliseconds>;
  /** Returns the options of a served variant for queries that must be answered within a time. */
  readonly optionsWithin: OptionsWithin;
  /** Demand by variant, from a solution, or from `divideDemand` where there is none. */
  readonly demands: readonly VariantDemand[];
  /** Variants that each task keeps ready without demand, from `requiredVariants`. */
  readonly required: readonly RequiredVariant[];
  /** Reasons why replicas must be unloaded, from `listUnservable`. */
  readonly unservable: ReadonlyMap<ReplicaId, string>;
  /** Returns the replicas of a version of a variant that answer now or will. */
  readonly serving: (variant: Pick<Variant, 'id' | 'version'>) => readonly PlacementReplica[];
  /** Workers that the plan leaves empty: where those without replicas cost nothing, those that a solution does without, or all of an idle fleet. */
  readonly spared: ReadonlySet<WorkerId>;
  /** Returns whether some worker within the budget could hold the option if it were empty. */
  readonly isHosted: (option: Option) => boolean;
  /** Set until a term knows which replicas its first solution needs: those without a need stay. */
  readonly keepsSurplus: boolean;
  /** Returns the clause that the budget adds to the reasons of what lacks a class. */
  readonly budgetClause: (hardwareClass: HardwareClassId) => string;
}

export function createContext(
  snapshot: PlacementSnapshot,
  params: PlacementParams,
  keepsSurplus = false,
): PlanningContext {
  const horizon = createHorizon(snapshot.now);
  const versions = versionsOf(snapshot);
  const unservable = listUnservable(snapshot, versions, params, horizon);
  const serving = groupServing(snapshot, unservable);
  const options = listOptions(snapshot, versions, params);
  const cold = coldVariants(snapshot.warmthRules, snapshot.variants);
  const affordable = snapshot.workers.filter(({ isBeyondBudget }) => isBeyondBudget !== true);
  const isHostedByAny = hostedBy(snapshot.workers);
  const isHosted = affordable.length < snapshot.workers.length ? hostedBy(affordable) : isHostedByAny;
  const optionsWithin = createOptionsWithin(options.served, snapshot.slowdowns);
  const warm = new Set(snapshot.warmthRules.flatMap(({ kind, task }) => (kind === 'warm' ? [task] : [])));
  const isIdle = (task: string): boolean => {
    const since = snapshot.idleSince?.get(task);
    return since !== undefined && !warm.has(task) && horizon.hasCome(since + params.idleMs);
  };
  // What only workers beyond the budget could hold is required, too, and reported as unmet.
  const required = requiredVariants({ snapshot, isIdle, versions, options, cold, isHosted: isHostedByAny });
  return {
    snapshot,
    params,
    horizon,
    versions,
    options,
    cold,
    optionsWithin,
    demands: divide({ snapshot, params, optionsWithin, isHosted }, snapshot.solution),
    spared: sparedIn(snapshot, params, required),
    required,
    unservable,
    serving: ({ id, version }) => serving.get(versionKey(id, version)) ?? [],
    isHosted,
    keepsSurplus,
    budgetClause: (hardwareClass) => budgetClause(snapshot.workers, hardwareClass, params),
  };
}

/** Divides the demand as the last solution does, and what it does not know as `divideDemand` does. */
function divide(input: DivisionInput, solution: Solution | undefined): readonly VariantDemand[] {
  const { workers } = input.snapshot;
  if (solution === undefined) return divideDemand(input);
  const { demands, others } = applySolution(input, solution);
  return [...demands, ...divideDemand({ ...input, snapshot: { demand: others, workers } })];
}

/** Returns the workers without which the plan does: all if each task is idle, and otherwise those that a solution leaves empty. */
function sparedIn(
  snapshot: PlacementSnapshot,
  params: PlacementParams,
  required: readonly RequiredVariant[],
): ReadonlySet<WorkerId> {
  const { demand, held, frozen, solution, workers } = snapshot;
  if (!params.releasesHosts || frozen !== undefined) return new Set();
  if (demand.length === 0 && held.length === 0 && required.every(({ isIdle }) => isIdle))
    return new Set(workers.map(({ info }) => info.id));
  return solution === undefined ? new Set() : sparedWorkers(snapshot, solution);
}

export const retentionOf = ({ horizon, cold, params }: PlanningContext): Retention => ({ horizon, cold, params });

/** Returns the workers whose replicas answer. */
export const stayingWorkers: (
  workers: readonly Pick<PlacementWorker, 'info' | 'presence' | 'draining' | 'isBeyondBudget'>[],
) => ReadonlySet<WorkerId> = oncePer(
  (workers) =>
    new Set(workers.flatMap((worker) => (worker.presence === 'gone' || mustLeave(worker) ? [] : [worker.info.id]))),
);

/** Groups the replicas that have not failed and will stay by version of a variant. */
function groupServing(
  { replicas, workers }: PlacementSnapshot,
  unservable: ReadonlyMap<ReplicaId, string>,
): ReadonlyMap<string, readonly PlacementReplica[]> {
  const staying = stayingWorkers(workers);
  const groups = new Map<string, PlacementReplica[]>();
  for (const one of replicas) {
    const { replica, variant, version, worker } = one.assignment;
    if (one.state === 'failed' || one.state === 'draining' || unservable.has(replica) || !staying.has(worker)) continue;
    const key = versionKey(variant, version);
    const own = groups.get(key);
    if (own === undefined) groups.set(key, [one]);
    else own.push(one);
  }
  return groups;
}
