// The messages between the command and the threads that simulate.

import type { SimulationResult } from '@pareto/simulator';

/** A run of one policy with one seed. */
export interface PlannedRun {
  readonly file: string;
  readonly data?: string;
  readonly days?: number;
  readonly policy: string;
  readonly seed: number;
}

/** Requests that a thread ends its run early. */
export const stopMessage = 'stop';

/** Messages of a thread. */
export type SimulationMessage =
  /** Share of the duration that is simulated. */
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'result'; readonly result: SimulationResult }
  /** The run was ended before it simulated anything. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: string };
