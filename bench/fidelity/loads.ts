// The loads that are run on a real cluster and simulated.

import { createSeededRng } from '@pareto/core';
import { planArrivals, type ArrivalProcess } from '@pareto/workload';

/** Queries of a model with a latency objective. */
interface LoadStream {
  /** Task that the queries name. */
  readonly task: string;
  readonly latencyMs: number;
  /** Accuracy floor. Undefined if the queries state none. */
  readonly minAccuracy?: number | undefined;
  /** Times of arrival in ms from the start, ascending. */
  readonly arrivalsMs: Float64Array;
}

export interface Load {
  readonly name: string;
  readonly durationMs: number;
  readonly streams: readonly LoadStream[];
}

/** Part of a load: a process, at a rate that is a multiple of what the cluster can answer of the task alone. */
interface PlannedStream {
  readonly task: string;
  readonly latencyMs: number;
  readonly minAccuracy?: number | undefined;
  readonly processAt: (capacity: number) => ArrivalProcess;
}

export interface PlannedLoad {
  readonly name: string;
  readonly streams: readonly PlannedStream[];
}

/** Draws the arrivals. `capacityOf` returns the answers per second of a task. */
export const drawLoad = (
  { name, streams }: PlannedLoad,
  durationMs: number,
  capacityOf: (task: string) => number,
): Load => ({
  ...{ name, durationMs },
  streams: streams.map(({ processAt, ...stream }, index) => ({
    ...stream,
    arrivalsMs: planArrivals(processAt(capacityOf(stream.task)), durationMs, createSeededRng(1 + index)),
  })),
});

const poissonAt =
  (multiple: number) =>
  (capacity: number): ArrivalProcess => ({ kind: 'poisson', ratePerSecond: multiple * capacity });

/** Classes of objectives of the standard scenario: multiples of a latency, and parts of the variants' accuracies that are floors. */
const latencyClasses = [
  { multiple: 3, share: 0.3 },
  { multiple: 6, share: 0.5 },
  { multiple: 15, share: 0.2 },
] as const;
const floorClasses = [
  { part: undefined, share: 0.4 },
  { part: 0.5, share: 0.4 },
  { part: 0.9, share: 0.2 },
] as const;

/** A task of the mix of the standard scenario. */
interface MixedTask {
  readonly task: string;
  /** Latency of which the objectives are multiples. */
  readonly baseMs: number;
  /** Accuracies of the variants, ascending. Clients state no floors if there are none. */
  readonly accuracies: readonly number[];
  /** Rate of the first half, as a multiple of what the cluster can answer of the task alone. */
  readonly multiple: number;
}

/** Returns the mix of the standard scenario, of which twice as much arrives in the second half. */
export const mixedLoad = (name: string, tasks: readonly MixedTask[], durationMs: number): PlannedLoad => ({
  name,
  streams: tasks.flatMap(({ task, baseMs, accuracies, multiple }) =>
    latencyClasses.flatMap((latency) =>
      floorClasses.map(({ part, share }): PlannedStream => ({
        ...{ task, latencyMs: latency.multiple * baseMs },
        minAccuracy: part === undefined ? undefined : accuracies[Math.floor(part * (accuracies.length - 1))],
        processAt: (capacity) => ({
          ...{ kind: 'step', ratePerSecond: latency.share * share * multiple * capacity },
          ...{ factor: 2, atMs: durationMs / 2 },
        }),
      })),
    ),
  ),
});

export const readerTask = 'ocr-text';
export const digitsTask = 'digits';

/** The loads of two workers with real models. */
export const plannedLoads = (durationMs: number): readonly PlannedLoad[] => [
  { name: 'steady overload', streams: [{ task: readerTask, latencyMs: 150, processAt: poissonAt(1.1) }] },
  {
    name: 'bursts',
    streams: [
      {
        ...{ task: readerTask, latencyMs: 200 },
        processAt: (capacity) => ({ kind: 'gamma', ratePerSecond: 0.85 * capacity, variation: 3 }),
      },
    ],
  },
  {
    name: 'two tasks and a step',
    streams: [
      { task: readerTask, latencyMs: 250, processAt: poissonAt(0.45) },
      {
        ...{ task: digitsTask, latencyMs: 60 },
        processAt: (capacity) => ({
          ...{ kind: 'step', ratePerSecond: 0.2 * capacity, factor: 4, atMs: durationMs / 2 },
        }),
      },
    ],
  },
];

/** The load of six workers whose executors sleep. */
export const sleepingLoad: PlannedLoad = {
  name: 'six workers that sleep',
  streams: [
    { task: digitsTask, latencyMs: 60, processAt: poissonAt(0.45) },
    { task: digitsTask, latencyMs: 200, processAt: poissonAt(0.45) },
  ],
};
