// A small cluster for the tests of baselines.

import { createCluster, type Cluster } from '../../../src/cluster/cluster.js';
import type { SimulatedWorkers } from '../../../src/scenario/fleet.js';
import type { SimulatedVariant, VariantProfile } from '../../../src/scenario/registry.js';

/** Median time of a batch in ms, by its size. */
type BatchTimes = Readonly<Record<number, number>>;

interface ProfileFields {
  readonly memoryMib?: number;
  readonly loadMs?: number;
}

/** Returns a profile whose percentiles are all the same. */
export const profileOn = (
  hardwareClass: string,
  times: BatchTimes,
  { memoryMib = 100, loadMs = 1_000 }: ProfileFields = {},
): VariantProfile => ({
  ...{ hardwareClass, memoryMib, loadMs, modelled: false, source: 'test' },
  points: Object.entries(times).map(([batch, ms]) => ({ batch: Number(batch), p50Ms: ms, p95Ms: ms, p99Ms: ms })),
});

/** Returns a variant of the task `images`. */
export const variant = (
  name: string,
  accuracy: number,
  profiles: readonly VariantProfile[],
  { architecture = name, task = 'images' }: { readonly architecture?: string; readonly task?: string } = {},
): SimulatedVariant => ({ name, architecture, task, accuracy, profiles });

/** Returns workers with 8 GiB of memory. */
export const workersOn = (hardwareClass: string, count: number, slots: number): SimulatedWorkers => ({
  ...{ hardwareClass, count, slots, memoryMib: 8_192 },
});

export const smallCluster = (
  variants: readonly SimulatedVariant[],
  workers: readonly SimulatedWorkers[],
  prices: Readonly<Record<string, number>>,
): Cluster =>
  createCluster(
    { tasks: [...new Set(variants.map(({ task }) => task))].map((name) => ({ name })), variants },
    { classes: Object.entries(prices).map(([name, usdPerSlotHour]) => ({ name, usdPerSlotHour })), workers },
  );
