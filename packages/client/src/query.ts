// A query: a target, its input tensors, and the objective to meet.

import type { AccuracyBound, Degrade, Prefer, ServiceClass } from '@pareto/core';
import type { Tensor } from './tensor.js';

/** The objective of a query. The task's defaults apply to the fields that are absent. */
export interface QueryObjective {
  /** Maximum time from the router's receipt of the query to its answer, in ms. */
  readonly latencyMs?: number;
  /** Minimum accuracy on the task's validation set, from 0 to 1. */
  readonly minAccuracy?: number;
  /** Value to compare with `minAccuracy`: the point estimate, or the lower end of its 95 % interval. */
  readonly accuracyBound?: AccuracyBound;
  /** Maximum cost in USD per 1,000 answers. */
  readonly maxCostPer1k?: number;
  readonly class?: ServiceClass;
  /** `allow` accepts an answer below the accuracy floor, marked as degraded, instead of a refusal. */
  readonly degrade?: Degrade;
  /** Whether the cheapest or the most accurate variant that meets the objective answers. By default `cost`, or `accuracy` without a latency, an accuracy and a cost. */
  readonly prefer?: Prefer;
}

export interface Query {
  /** Name of a task, or of an architecture or variant to use only that. */
  readonly target: string;
  /** Input tensors by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Names of the outputs to return. The default is all. */
  readonly outputs?: readonly string[];
  readonly objective?: QueryObjective;
  /** Id to return with a streamed answer. */
  readonly id?: string;
}
