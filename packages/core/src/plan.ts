// A controller's decision as data.

import type { Assignment } from './fleet.js';
import type { HardwareClassId, VariantId, WorkerId } from './units.js';

export type PlanAction =
  | { readonly kind: 'load'; readonly assignment: Assignment; readonly reason: string }
  | { readonly kind: 'unload'; readonly assignment: Assignment; readonly reason: string }
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
}

/** A replica that a plan could not provide. */
export interface UnmetNeed {
  readonly variant: VariantId;
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
