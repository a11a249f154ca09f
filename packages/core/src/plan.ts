// A controller's decision as data.

import type { Assignment } from './fleet.js';
import type { HardwareClassId, VariantId, WorkerId } from './units.js';

export type PlanAction =
  | { readonly kind: 'load'; readonly assignment: Assignment; readonly reason: string }
  | { readonly kind: 'unload'; readonly assignment: Assignment; readonly reason: string }
  /** Takes into the plan what runs already. */
  | { readonly kind: 'adopt'; readonly assignment: Assignment; readonly reason: string }
  /** Makes a file of an architecture by a recipe. */
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
  /** What could not be done, and why. */
  readonly unmet: readonly UnmetNeed[];
  /** Files and measurements that wait, and what for. */
  readonly deferred: readonly DeferredStep[];
}

/** A replica that a plan could not provide. */
export interface UnmetNeed {
  readonly variant: VariantId;
  readonly reason: string;
  /** Target of the rule that wants it warm. Undefined if no such rule asks for the replica. */
  readonly warmTarget?: string;
}

/** A step of making and measuring that no worker may take on now. */
export interface DeferredStep {
  readonly architecture: string;
  readonly version: number;
  readonly recipe: string;
  /** Undefined: the file is to be made; else its variant waits to be measured on this class. */
  readonly hardwareClass: HardwareClassId | undefined;
  readonly reason: string;
}
