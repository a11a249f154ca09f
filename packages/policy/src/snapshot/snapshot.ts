// What placement looks at: one consistent picture of registry, fleet and demand.

import type {
  Architecture,
  Assignment,
  Bytes,
  Measurement,
  Milliseconds,
  PriceTable,
  RecipeOutcome,
  ReplicaState,
  SelectionRule,
  Task,
  Variant,
  VariantId,
  WorkerInfo,
} from '@pareto/core';
import type { PlacementWarmthRule } from './warmth.js';

/** A version of a variant, with what was measured of that version. */
export interface PlacementVariant {
  readonly variant: Variant;
  readonly measurements: readonly Measurement[];
  /** From `markDominated`; undefined: by none, or its architecture keeps all. */
  readonly dominatedBy: VariantId | undefined;
  /** One of its own architecture dominates it too. */
  readonly dominatedWithin: boolean;
}

/** The current version of an architecture, with what became of making files of that version. */
export interface PlacementArchitecture {
  readonly architecture: Architecture;
  readonly outcomes: readonly RecipeOutcome[];
}

export interface PlacementWorker {
  readonly info: WorkerInfo;
  /** `awaited`: its session is gone for less than the grace period: its replicas still count, it gets nothing new. */
  readonly presence: 'connected' | 'awaited' | 'gone';
  readonly draining: boolean;
  /** The variant that it is measuring or making, or was ordered to. */
  readonly measuring: VariantId | undefined;
  /** Set when it is making: what it was ordered to. */
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
  /** `assigned`: the worker has not spoken of it yet. */
  readonly state: ReplicaState | 'assigned';
  /** Since when it has been in that state. */
  readonly since: Milliseconds;
  /** As reported; 0 when unknown. */
  readonly memoryBytes: Bytes;
  /** When it last answered, or when it was assigned. */
  readonly lastUsedAt: Milliseconds;
}

export interface PlacementSnapshot {
  readonly now: Milliseconds;
  /** Unique to this turn and a valid part of a replica id. */
  readonly planId: string;
  readonly tasks: readonly Task[];
  readonly architectures: readonly PlacementArchitecture[];
  /** By architecture the version that its name means now, from `servedVersion`; left out: the current one. */
  readonly served: ReadonlyMap<string, number>;
  /** Of every architecture those of its current version, and those of the version that its name means where that is an older one. */
  readonly variants: readonly PlacementVariant[];
  /** In force now. */
  readonly rules: readonly SelectionRule[];
  readonly warmthRules: readonly PlacementWarmthRule[];
  readonly workers: readonly PlacementWorker[];
  readonly replicas: readonly PlacementReplica[];
  /** Variants that queries are held for, the most urgent first. */
  readonly held: readonly VariantId[];
  /** Replicas that demand calls for, from `planReplicas`; variants left out want none. */
  readonly wanted: ReadonlyMap<VariantId, number>;
  readonly prices: PriceTable;
}

export interface PlacementParams {
  /** A replica of a variant that nothing requires is kept this long after its last answer. */
  readonly keepWarmMs: Milliseconds;
  /** The same of a variant that is wished to be cold, after it was loaded or answered. */
  readonly keepColdMs: Milliseconds;
  /** A replica that failed is removed, and so tried again, after this long. */
  readonly failedRetryMs: Milliseconds;
  /** A replica that has not answered for this long takes nothing from queries when its worker measures. */
  readonly quietMs: Milliseconds;
  /** Replicas of an older version go when the version that the name means now has been ready for this long. */
  readonly handoverMs: Milliseconds;
  /** Replicas of each required variant, on different workers, where memory is free: the loss of one is then not felt. */
  readonly copies: number;
  /** Memory assumed of an unmeasured variant, as a multiple of its files. */
  readonly unmeasuredMemoryFactor: number;
  /** Memory assumed of any unmeasured variant on top of that: the process itself. */
  readonly processBytes: Bytes;
}

export const defaultPlacementParams: PlacementParams = {
  keepWarmMs: 600_000 as Milliseconds,
  keepColdMs: 30_000 as Milliseconds,
  failedRetryMs: 30_000 as Milliseconds,
  quietMs: 2_000 as Milliseconds,
  handoverMs: 1_000 as Milliseconds,
  copies: 2,
  unmeasuredMemoryFactor: 3,
  processBytes: (64 * 2 ** 20) as Bytes,
};
