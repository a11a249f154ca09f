// What a program asks: a target, tensors, and the objective to meet.

import type { AccuracyBound, Degrade, ServiceClass } from '@pareto/core';
import type { Tensor } from './tensor.js';

/** What is left out is as the task promises. */
export interface QueryObjective {
  /** From the router's receipt to its last byte. */
  readonly latencyMs?: number;
  /** A fraction of 1, on the task's validation set. */
  readonly minAccuracy?: number;
  /** Whether the floor compares the point estimate, or the lower end of its 95 % interval. */
  readonly accuracyBound?: AccuracyBound;
  /** USD per 1,000 answers. */
  readonly maxCostPer1k?: number;
  readonly class?: ServiceClass;
  /** `allow`: an answer below the floor, marked, rather than none. */
  readonly degrade?: Degrade;
}

export interface Query {
  /** A task; or an architecture, or a variant, when only that will do. */
  readonly target: string;
  /** By name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Names of the outputs wanted; all if left out. */
  readonly outputs?: readonly string[];
  readonly objective?: QueryObjective;
  /** Comes back with a streamed answer. */
  readonly id?: string;
}
