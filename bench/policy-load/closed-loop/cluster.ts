// The cluster of a scenario in short: models of one variant each, with the median times of their batches.

import { variantId, type Variant } from '@pareto/core';
import { createCluster, type Cluster, type SimulatedVariant } from '@pareto/simulator';

/** Median time of a batch in ms, by its size. */
export type BatchTimes = Readonly<Record<number, number>>;

export interface Model {
  readonly name: string;
  readonly task: string;
  readonly accuracy: number;
  readonly memoryMib: number;
  /** Profiled times by hardware class. */
  readonly times: Readonly<Record<string, BatchTimes>>;
}

export interface ClusterOptions {
  /** Price of a slot in USD per hour, by hardware class. */
  readonly prices: Readonly<Record<string, number>>;
  readonly workers: readonly { readonly on: string; readonly slots: number; readonly memoryMib: number }[];
  /** Tasks with their default latency objective. Undefined if they have none. */
  readonly tasks: Readonly<Record<string, number | undefined>>;
  readonly models: readonly Model[];
}

/** Share by which the 95th percentile of a batch exceeds its median. The 99th exceeds it by twice that. */
const spread = 0.04;

/** The only variant of a model. */
export const variantOf = (model: string): Variant['id'] => variantId(`${model}:original`);

/** `loadMs` is the time that each load takes. */
export function createShortCluster({ prices, workers, tasks, models }: ClusterOptions, loadMs: number): Cluster {
  const registry = {
    tasks: Object.entries(tasks).map(([name, latencyMs]) => ({
      name,
      ...(latencyMs !== undefined && { defaultLatencyMs: latencyMs }),
    })),
    variants: models.map((model) => variantOfModel(model, loadMs)),
  };
  return createCluster(registry, {
    classes: Object.entries(prices).map(([name, usdPerSlotHour]) => ({ name, usdPerSlotHour })),
    workers: workers.map(({ on, slots, memoryMib }) => ({ hardwareClass: on, count: 1, slots, memoryMib })),
  });
}

const variantOfModel = ({ name, task, accuracy, memoryMib, times }: Model, loadMs: number): SimulatedVariant => ({
  ...{ name: variantOf(name), architecture: name, task, accuracy },
  profiles: Object.entries(times).map(([hardwareClass, ofClass]) => ({
    ...{ hardwareClass, memoryMib, loadMs, modelled: true, source: 'chosen for the row' },
    points: Object.entries(ofClass).map(([batch, ms]) => ({
      ...{ batch: Number(batch), p50Ms: ms, p95Ms: ms * (1 + spread), p99Ms: ms * (1 + 2 * spread) },
    })),
  })),
});
