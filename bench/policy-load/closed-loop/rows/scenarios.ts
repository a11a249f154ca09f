// Parts that scenarios have in common.

import { milliseconds, type PartialObjective } from '@pareto/core';
import type { BatchTimes, ClusterOptions, Model } from '../cluster.js';
import type { Stream } from '../traffic.js';

/** Price of a slot in USD per hour. */
const usdPerHour = 0.05;
/** Memory of a replica, and of a worker that holds as many as it may. */
const [replicaMib, roomyMib] = [100, 8_192];

/** Returns workers of one hardware class with ample memory. */
export const plainWorkers = (count: number, slots: number): Pick<ClusterOptions, 'prices' | 'workers'> => ({
  prices: { plain: usdPerHour },
  workers: workersOn('plain', count, slots),
});

export const workersOn = (on: string, count: number, slots: number): ClusterOptions['workers'] =>
  Array.from({ length: count }, () => ({ on, slots, memoryMib: roomyMib }));

/** Returns a cluster of one hardware class for a task without a default objective. */
export const oneTask = (workers: number, slots: number, models: readonly Model[]): ClusterOptions => ({
  ...{ ...plainWorkers(workers, slots), tasks: { images: undefined }, models },
});

/** Returns a model of the task whose batches take these times on the plain class. */
export const model = (name: string, accuracy: number, times: BatchTimes, task = 'images'): Model => ({
  ...{ name, task, accuracy, memoryMib: replicaMib, times: { plain: times } },
});

export const within = (latencyMs: number): PartialObjective => ({ latencyMs: milliseconds(latencyMs) });

/** Returns queries for the task. */
export const images = (stated: PartialObjective, arrivals: Stream['arrivals']): Stream => ({
  task: 'images',
  stated,
  arrivals,
});
