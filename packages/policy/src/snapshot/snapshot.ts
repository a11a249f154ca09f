// The input of placement: a consistent snapshot of registry, fleet and demand.

import type {
  Architecture,
  Assignment,
  Bytes,
  HardwareClassId,
  Measurement,
  Milliseconds,
  PriceTable,
  RecipeOutcome,
  ReplicaCount,
  ReplicaState,
  SelectionRule,
  Task,
  Variant,
  VariantId,
  WorkerInfo,
} from '@pareto/core';
import type { NoisyMeasurements } from './noisy.js';
import type { Solution } from './solution.js';
import type { PlacementWarmthRule } from './warmth.js';

/** Marks by accuracy of a variant on a hardware class, among the variants of its task. */
export interface AccuracyMark {
  /** Rank from `rankAccuracies`. Undefined if the variant disagrees with the original. */
  readonly rank: number | undefined;
  /** Rank among the variants of the same architecture. */
  readonly rankWithin: number | undefined;
  /** Reason why the variant does not answer for its task, from `disagreementOf`. Undefined if it may. */
  readonly disagreement: string | undefined;
}

export const noAccuracyMarks: ReadonlyMap<HardwareClassId, AccuracyMark> = new Map();

/** A version of a variant, with the measurements of that version. */
export interface PlacementVariant {
  readonly variant: Variant;
  readonly measurements: readonly Measurement[];
  /** Set by `markVariants`. Classes without a measured accuracy, or on which the variant may not serve, are missing. */
  readonly accuracyMarks: ReadonlyMap<HardwareClassId, AccuracyMark>;
  /** Set by `markVariants`. Undefined if no variant dominates this one, or if its architecture keeps all. */
  readonly dominatedBy: VariantId | undefined;
  /** Set if a variant of the same architecture dominates this one too. */
  readonly dominatedWithin: boolean;
}

/** The current version of an architecture, with the results of generating its files. */
export interface PlacementArchitecture {
  readonly architecture: Architecture;
  readonly outcomes: readonly RecipeOutcome[];
}

export interface PlacementWorker {
  readonly info: WorkerInfo;
  /** `awaited`: disconnected for less than the grace period. The worker keeps its replicas, but gets no new ones. */
  readonly presence: 'connected' | 'awaited' | 'gone';
  /** Time at which its last session ended. Undefined if it has a session, or had none. */
  readonly absentSince?: Milliseconds | undefined;
  /** Set if its last session ended because it sent nothing, and not because its stream ended. */
  readonly isSilent?: boolean;
  /** Time at which its process joined in place of one that was gone. Undefined if there was none. */
  readonly emptySince?: Milliseconds | undefined;
  readonly draining: boolean;
  /** Set if its replicas would exceed the budget. It keeps none, but may measure and generate. */
  readonly isBeyondBudget?: boolean;
  /** Variant that the worker measures or generates, or has the order for. */
  readonly measuring: VariantId | undefined;
  /** File that the worker has the order to generate. Undefined if it has no such order. */
  readonly making: MakeTarget | undefined;
}

export interface MakeTarget {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
}

/** An assignment in force, or a replica that its worker still reports without one (`draining`). */
export interface PlacementReplica {
  readonly assignment: Assignment;
  /** `assigned`: the worker has not reported it yet. */
  readonly state: ReplicaState | 'assigned';
  /** Time at which the replica entered the state. */
  readonly since: Milliseconds;
  /** Time at which the replica was ready first. Undefined if it has not been. */
  readonly readyAt: Milliseconds | undefined;
  /** Memory that the worker reported. 0 if unknown. */
  readonly memoryBytes: Bytes;
  /** Time of the last answer, or of the assignment. */
  readonly lastUsedAt: Milliseconds;
}

/** Queries for one target with objectives of one class. */
export interface Demand {
  /**
   * Variants that meet the objective, from `createLadders`: the one that selection prefers first, then those that take less time
   * for each item, the preferred one first. The later ones are for fleets with too few slots.
   */
  readonly variants: readonly [VariantId, ...VariantId[]];
  /** Time within which the queries must be answered. */
  readonly latencyMs: Milliseconds;
  /** Rate to plan for. If planning forecasts, it is an upper quantile at the time at which a load would end. */
  readonly itemsPerSecond: number;
  /** Set if the clients get the most accurate answer: they prefer it, or state no objective. */
  readonly prefersAccuracy?: boolean;
}

/** The plans that load a version of a variant, each of which follows within `maxRetryMs` of the previous one. */
export interface RecentLoads {
  readonly count: number;
  readonly lastAt: Milliseconds;
}

export interface PlacementSnapshot {
  readonly now: Milliseconds;
  /** Unique to this turn, and a valid part of a replica id. */
  readonly planId: string;
  readonly tasks: readonly Task[];
  readonly architectures: readonly PlacementArchitecture[];
  /** Served version by architecture, from `servedVersion`. The current version if an architecture is missing. */
  readonly served: ReadonlyMap<string, number>;
  /** Variants of the current version of each architecture, and of the served version if that is older. */
  readonly variants: readonly PlacementVariant[];
  /** Rules in force. */
  readonly rules: readonly SelectionRule[];
  readonly warmthRules: readonly PlacementWarmthRule[];
  readonly workers: readonly PlacementWorker[];
  readonly replicas: readonly PlacementReplica[];
  /** Variants with held queries, the most urgent first. */
  readonly held: readonly VariantId[];
  /** Demand for targets by class of objectives, from `followDemand`. */
  readonly demand: readonly Demand[];
  /** Live time of the batches of a variant divided by the profiled one, from `followDemand`. 1 for missing variants. */
  readonly slowdowns: ReadonlyMap<string, number>;
  /** Time since when each task without demand has had none, from `observeIdle`. No task is idle if undefined. */
  readonly idleSince?: ReadonlyMap<string, Milliseconds>;
  /** Time since when each measurement that no worker could start has waited (by `stepKey`), from `observeDeferred`. None if undefined. */
  readonly deferredSince?: ReadonlyMap<string, Milliseconds>;
  /** Time at which a replica of a version of a variant (by `versionKey`) was last unloaded, if that was recently. */
  readonly unloadedAt: ReadonlyMap<string, Milliseconds>;
  /** Time at which a version of a variant was last evicted from a worker (by `placeKey`), if that was recently. */
  readonly evictedAt: ReadonlyMap<string, Milliseconds>;
  /** Loads of each version of a variant (by `versionKey`), if the last one was recently. */
  readonly recentLoads: ReadonlyMap<string, RecentLoads>;
  /** Noisy measurements of the variants, from `observeNoisy`. */
  readonly noisy: NoisyMeasurements;
  readonly prices: PriceTable;
  /** The last solution of a program. Undefined if there is none: targets are then those of `divideDemand`. */
  readonly solution?: Solution | undefined;
  /** Replicas of the plan that an operator froze, in place of all needs. Undefined if the plan is not frozen. */
  readonly frozen?: readonly ReplicaCount[] | undefined;
}

/** The actions of the last plans that limit the next ones. */
export type RecentChanges = Pick<PlacementSnapshot, 'unloadedAt' | 'evictedAt' | 'recentLoads'>;

export interface PlacementParams {
  /** Time for which a replica that is not required is kept after its last answer. */
  readonly keepWarmMs: Milliseconds;
  /** Time for which a replica that a rule keeps cold is kept after its load or last answer. */
  readonly keepColdMs: Milliseconds;
  /** Time after which a failed replica is removed, so that it is loaded again. It doubles with each load of the variant. */
  readonly failedRetryMs: Milliseconds;
  /** Maximum of this time, and time without a load after which the earlier ones no longer matter. */
  readonly maxRetryMs: Milliseconds;
  /** Time without answers after which a replica counts as idle, so that its worker may measure. */
  readonly quietMs: Milliseconds;
  /** Time for which a measurement waits for such a worker. Then it is made next to queries, which take turns with its runs. */
  readonly maxDeferMs: Milliseconds;
  /**
   * Time without queries on some worker of a class before a noisy measurement is repeated there, so that a short pause of the
   * traffic starts none.
   */
  readonly repeatQuietMs: Milliseconds;
  /** Time for which a worker that is gone keeps its assignments, so that it has its replicas when it returns. */
  readonly absenceMs: Milliseconds;
  /** Time for which the served version must be ready before replicas of an older one are unloaded. */
  readonly handoverMs: Milliseconds;
  /**
   * Replicas of each required variant on different workers, if memory is free, so that the loss of a worker has no
   * effect.
   */
  readonly copies: number;
  /**
   * Time without demand after which a task is idle: its variants stay where memory is free, and give way to those of every
   * other task.
   */
  readonly idleMs: Milliseconds;
  /** Set if a worker costs nothing while it holds no replica, so that few workers should hold all. */
  readonly releasesHosts: boolean;
  /** Price that the workers with replicas may have together. Workers beyond it hold none. No limit if undefined. */
  readonly budgetUsdPerHour?: number | undefined;
  /** Multiple of the demand that replicas are loaded for where memory is free, if a worker without replicas costs the same. */
  readonly burstFactor: number;
  /** Number of replicas of a variant on a class up to which they are loaded: larger demand has smaller bursts relative to it. */
  readonly maxBurstReplicas: number;
  /** Part of a memory, and of the slots' time of a class, that is left free for these replicas to be there. */
  readonly burstFreePart: number;
  /** Share of a slot's time that demand may take, so that queries rarely wait. */
  readonly targetUtilisation: number;
  /** Share of the queries that may wait for longer than their objective allows, for which replicas are used less than that. */
  readonly maxLate: number;
  /** Minimum time between two unloads of surplus replicas of one version of a variant. */
  readonly surplusMs: Milliseconds;
  /** Time for which a variant that was evicted from a worker returns there only for queries. */
  readonly returnMs: Milliseconds;
  /** Time for which a replica that a need would load again is not evicted, from when it is ready. */
  readonly minResidencyMs: Milliseconds;
  /** Share of a slot's time that demand takes of a replica in use, above which the replica does not give way to held queries. */
  readonly busyLoad: number;
  /** Time for which it does not, from when it is ready, so that neither variant is without a replica for longer. */
  readonly busyMs: Milliseconds;
  /** Maximum number of replicas that a worker loads at a time, for each of its slots. */
  readonly loadsPerSlot: number;
  /** Multiple of this number up to which a worker loads replicas that queries are held for. */
  readonly urgentLoads: number;
  /** Time after which a replica that is still loading no longer counts for this limit. */
  readonly loadingMs: Milliseconds;
  /** Assumed memory of an unmeasured variant, as a multiple of the size of its files. */
  readonly unmeasuredMemoryFactor: number;
  /** Assumed memory of a device that a variant takes, as a multiple of the size of its files, until it is measured. */
  readonly deviceMemoryFactor: number;
  /** Assumed memory of the process, in addition. */
  readonly processBytes: Bytes;
}

export const defaultPlacementParams: PlacementParams = {
  keepWarmMs: 600_000 as Milliseconds,
  keepColdMs: 30_000 as Milliseconds,
  failedRetryMs: 30_000 as Milliseconds,
  maxRetryMs: 600_000 as Milliseconds,
  quietMs: 2_000 as Milliseconds,
  maxDeferMs: 30_000 as Milliseconds,
  repeatQuietMs: 30_000 as Milliseconds,
  absenceMs: 60_000 as Milliseconds,
  handoverMs: 1_000 as Milliseconds,
  copies: 2,
  idleMs: 600_000 as Milliseconds,
  releasesHosts: false,
  burstFactor: 8,
  maxBurstReplicas: 10,
  burstFreePart: 0.5,
  targetUtilisation: 0.7,
  maxLate: 0.01,
  surplusMs: 5_000 as Milliseconds,
  returnMs: 60_000 as Milliseconds,
  minResidencyMs: 10_000 as Milliseconds,
  busyLoad: 0.1,
  busyMs: 60_000 as Milliseconds,
  loadsPerSlot: 8,
  urgentLoads: 2,
  loadingMs: 60_000 as Milliseconds,
  unmeasuredMemoryFactor: 3,
  deviceMemoryFactor: 1.2,
  processBytes: (64 * 2 ** 20) as Bytes,
};
