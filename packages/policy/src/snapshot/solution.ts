// The solution of a program: the targets until the next one.

import type { HardwareClassId, Milliseconds, VariantId } from '@pareto/core';

/** Replicas of a variant on a hardware class, and the demand that they answer. */
export interface SolvedShare {
  readonly variant: VariantId;
  readonly hardwareClass: HardwareClassId;
  /** Items per second of each group of demands, and the time of a slot that they take. */
  readonly items: ReadonlyMap<string, { readonly perSecond: number; readonly slots: number }>;
}

/** The result of a program: what runs on which class until the next one. */
export interface Solution {
  /** `exact` if a search without a solver process proved the optimum. */
  readonly source: 'solved' | 'exact';
  /** Time and id of the snapshot that it was computed from. */
  readonly at: Milliseconds;
  readonly planId: string;
  readonly shares: readonly SolvedShare[];
  /** Items per second that each group was planned for. */
  readonly rates: ReadonlyMap<string, number>;
  /** Workers of each kind that hold replicas, by the key of the kind. */
  readonly hosts: ReadonlyMap<string, number>;
  /** Replicas by the key of their place: a variant on the slots of one class of a kind of workers. Places without any are missing. */
  readonly replicas: ReadonlyMap<string, number>;
  /** The objective of the program. */
  readonly objective: number;
  /** Proven bound of the objective. */
  readonly bound: number;
  /** The objective without the prices of changes. */
  readonly steadyUsd: number;
  /** The part of the objective that is paid for workers, or for the time of slots if workers without replicas cost as much as others. */
  readonly usdPerHour: number;
}
