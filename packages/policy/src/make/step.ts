// A step: the generation of one file, or one measurement.

import type { HardwareClassId, VariantId } from '@pareto/core';

export interface Step {
  readonly kind: 'make' | 'measure';
  readonly recipe: string;
  /** Variant to measure. Undefined for a step that generates a file. */
  readonly variant: VariantId | undefined;
  /** Class to measure on. Undefined for a step that generates a file, and if no worker has a slot for the variant. */
  readonly hardwareClass: HardwareClassId | undefined;
  readonly state: 'done' | 'declined' | 'failed' | 'open';
  /** Human-readable result, or reason of the state. */
  readonly detail: string;
  /** Reason why an open step cannot start yet. Undefined if it can. */
  readonly waitsFor: string | undefined;
}
