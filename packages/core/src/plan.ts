// A controller's decision as data.

import type { Assignment } from './fleet.js';
import type { HardwareClassId, Milliseconds, ReplicaId, VariantId, WorkerId } from './units.js';

export type PlanAction =
  | { readonly kind: 'load'; readonly assignment: Assignment; readonly reason: string }
  | {
      readonly kind: 'unload';
      readonly assignment: Assignment;
      readonly reason: string;
      /** Set if the replica makes room for another one. */
      readonly evicted?: true;
    }
  /** Adds a running replica to the plan. */
  | { readonly kind: 'adopt'; readonly assignment: Assignment; readonly reason: string }
  /** Generates a file of an architecture by a recipe. */
  | {
      readonly kind: 'make';
      readonly architecture: string;
      readonly version: number;
      readonly recipe: string;
      readonly worker: WorkerId;
      readonly reason: string;
    }
  | {
      readonly kind: 'measure';
      readonly variant: VariantId;
      readonly version: number;
      readonly hardwareClass: HardwareClassId;
      readonly worker: WorkerId;
      readonly reason: string;
    };

export interface Plan {
  readonly actions: readonly PlanAction[];
  /** Replicas that could not be placed, each with the reason. */
  readonly unmet: readonly UnmetNeed[];
  /** Files and measurements that wait, each with the reason. */
  readonly deferred: readonly DeferredStep[];
  /** The replicas that stay or are loaded, each with the most important reason. */
  readonly kept: readonly KeptReplica[];
  /** Earliest time at which the same state may give another plan. Infinite if there is none. */
  readonly nextAt: Milliseconds;
}

/** A replica that stays, and why. */
export interface KeptReplica {
  readonly replica: ReplicaId;
  /** Name of the source whose need the replica meets. Undefined if no need keeps it. */
  readonly source: string | undefined;
  readonly reason: string;
}

/** Number of replicas of a version of a variant on a hardware class. */
export interface ReplicaCount {
  readonly variant: VariantId;
  readonly version: number;
  readonly hardwareClass: HardwareClassId;
  readonly replicas: number;
}

/** The causes of unmet needs. */
export const unmetCauses = [
  'unmeasured',
  'excluded',
  'no-worker',
  'compute',
  'memory',
  'failed',
  'eviction',
  'residency',
  'loading',
] as const;

/**
 * The thing that an unmet need lacks. `unmeasured`: a profile of the variant. `excluded`: a variant that rules and quarantines allow.
 * `no-worker`: a worker of the hardware class that accepts replicas. `compute`: free time of a slot. `memory`: free
 * memory. `eviction`: memory that is being freed for it. `residency`: the memory of needed replicas that were loaded too recently to be
 * evicted, or are busy. `loading`: the end of other loads.
 */
export type UnmetCause = (typeof unmetCauses)[number];

/** A replica that a plan could not provide. */
export interface UnmetNeed {
  readonly variant: VariantId;
  /** Name of the need's source. Undefined for a replica that can't leave its draining worker. */
  readonly source: string | undefined;
  readonly cause: UnmetCause;
  readonly reason: string;
  /** Target of the rule that keeps the variant warm. Undefined if no such rule requires the replica. */
  readonly warmTarget?: string;
}

/** A step (one file or one measurement) that no worker can start now. */
export interface DeferredStep {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  /**
   * Class on which the recipe's variant waits to be measured. Undefined if the file itself is still to be generated.
   */
  readonly hardwareClass: HardwareClassId | undefined;
  readonly reason: string;
}

/**
 * The origins of a plan's targets. `solved`: a program that a solver process solved within a proven gap. `exact`: a search that proved
 * the optimum. `stale`: such a solution, after the demand, the fleet or the registry has changed, or that is too old. `greedy`: no
 * solution. `frozen`: an operator froze the plan, or went back to it.
 */
export const planSources = ['solved', 'exact', 'greedy', 'stale', 'frozen'] as const;

export type PlanSource = (typeof planSources)[number];

/** The source of a plan's targets, and its cost next to the proven bound. */
export interface PlanQuality {
  readonly source: PlanSource;
  /** Time of the snapshot from which the targets were computed. */
  readonly at: Milliseconds;
  /** Id of the plan of that snapshot, which has the revision of the store. */
  readonly planId: string;
  /** Cost of the plan. Undefined if it is `frozen`. */
  readonly cost?: PlanCost;
}

export interface PlanCost {
  readonly usdPerHour: number;
  /** No plan that leaves as little demand unmet, and whose changes cost at most as much, costs less. Missing if the plan is `greedy` or `stale`. */
  readonly boundUsdPerHour?: number;
}

/** Returns the part of the cost of a plan that is above the bound, from 0 to 1. Undefined without a bound. */
export function planGap(cost: PlanCost | undefined): number | undefined {
  if (cost?.boundUsdPerHour === undefined) return undefined;
  const { usdPerHour, boundUsdPerHour } = cost;
  return usdPerHour > boundUsdPerHour ? 1 - boundUsdPerHour / usdPerHour : 0;
}
