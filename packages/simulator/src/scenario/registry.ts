// The registry of a scenario: tasks, variants, and how long their batches take on each hardware class.

import type { Prefer } from '@pareto/core';

/** Times of batches of one size on a hardware class, in ms. */
export interface BatchPoint {
  readonly batch: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** The times and the memory of a variant on a hardware class. */
export interface VariantProfile {
  /** Name of a class of the fleet. */
  readonly hardwareClass: string;
  /** Points by ascending batch size: at least one. */
  readonly points: readonly BatchPoint[];
  readonly memoryMib: number;
  readonly loadMs: number;
  /** Set if a fit completed the profile, so that it was not measured. */
  readonly modelled: boolean;
  /** Source of the numbers: a file and its row, or the fit. */
  readonly source: string;
}

export interface SimulatedVariant {
  /** Unique in the registry. */
  readonly name: string;
  readonly architecture: string;
  readonly task: string;
  /** Accuracy, as a fraction of 1. */
  readonly accuracy: number;
  readonly profiles: readonly VariantProfile[];
}

export interface SimulatedTask {
  readonly name: string;
  /** Default latency objective. Undefined if the task has none. */
  readonly defaultLatencyMs?: number;
  /** Preference of clients that state none. Undefined if the task has none. */
  readonly prefer?: Prefer;
}

export interface SimulatedRegistry {
  readonly tasks: readonly SimulatedTask[];
  readonly variants: readonly SimulatedVariant[];
}
