// One step of making and measuring.

import type { HardwareClassId, VariantId } from '@pareto/core';

export interface Step {
  readonly kind: 'make' | 'measure';
  readonly recipe: string;
  /** Of a measurement. */
  readonly variant: VariantId | undefined;
  /** Of a measurement; undefined: no worker has a slot that the variant runs on. */
  readonly hardwareClass: HardwareClassId | undefined;
  readonly state: 'done' | 'declined' | 'failed' | 'open';
  /** What was done, why it was declined or failed, or why it is to be done. */
  readonly detail: string;
  /** What must come first; undefined: an open step may be taken on. */
  readonly waitsFor: string | undefined;
}
