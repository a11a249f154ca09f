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

/** A task with the mean or first rate of its queries, as a multiple of what the cluster can answer of the task alone. */
interface PlannedTask extends Pick<PlannedStream, 'task' | 'latencyMs'> {
  readonly multiple: number;
}

export interface PlannedLoad {
  readonly name: string;
  readonly durationMs: number;
  readonly streams: readonly PlannedStream[];
}

/** Draws the arrivals. `capacityOf` returns the answers per second of a task. */
export const drawLoad = ({ name, durationMs, streams }: PlannedLoad, capacityOf: (task: string) => number): Load => ({
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
export const mixedLoad = (name: string, tasks: readonly MixedTask[]): PlannedLoad => ({
  ...{ name, durationMs },
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

/** Duration of a load that does not change, or once. */
const durationMs = 12_000;
/** A day in three minutes, and a third more. So its fleet shrinks, too: demand is held for a minute. */
const [dayMs, changingMs] = [180_000, 240_000];

/** A day, whose peak is nine times its lowest rate. `multiple`: the mean rate, as a multiple of what the cluster can answer. */
const dayAt =
  (multiple: number) =>
  (capacity: number): ArrivalProcess => ({
    ...{ kind: 'diurnal', ratePerSecond: multiple * capacity, amplitude: 0.8, periodMs: dayMs },
  });
const stepAt =
  (multiple: number, factor: number, atMs: number) =>
  (capacity: number): ArrivalProcess => ({ kind: 'step', ratePerSecond: multiple * capacity, factor, atMs });

/** Loads that a fleet follows with its replicas: a short day of some queries, and a step of others while the rate of the day falls. */
const changingStreams = (day: PlannedTask, step: PlannedTask): readonly PlannedStream[] => [
  { ...day, processAt: dayAt(day.multiple) },
  { ...step, processAt: stepAt(step.multiple, 4, changingMs / 2) },
];

export const readerTask = 'ocr-text';
export const digitsTask = 'digits';

/** The loads of two workers with real models. */
export const plannedLoads: readonly PlannedLoad[] = [
  {
    ...{ name: 'steady overload', durationMs },
    streams: [{ task: readerTask, latencyMs: 150, processAt: poissonAt(1.1) }],
  },
  {
    ...{ name: 'bursts', durationMs },
    streams: [
      {
        ...{ task: readerTask, latencyMs: 200 },
        processAt: (capacity) => ({ kind: 'gamma', ratePerSecond: 0.85 * capacity, variation: 3 }),
      },
    ],
  },
  {
    ...{ name: 'two tasks and a step', durationMs },
    streams: [
      { task: readerTask, latencyMs: 250, processAt: poissonAt(0.45) },
      {
        ...{ task: digitsTask, latencyMs: 60 },
        processAt: stepAt(0.2, 4, durationMs / 2),
      },
    ],
  },
];

/** The load of six workers whose executors sleep. */
export const sleepingLoad: PlannedLoad = {
  ...{ name: 'six workers that sleep', durationMs },
  streams: [
    { task: digitsTask, latencyMs: 60, processAt: poissonAt(0.45) },
    { task: digitsTask, latencyMs: 200, processAt: poissonAt(0.45) },
  ],
};

/** The same workers with a load that changes. They cost nothing without replicas. */
export const sleepingChange: PlannedLoad = {
  ...{ name: 'a day and a step on six workers that sleep, hosts released', durationMs: changingMs },
  streams: changingStreams(
    { task: digitsTask, latencyMs: 200, multiple: 0.12 },
    { task: digitsTask, latencyMs: 200, multiple: 0.04 },
  ),
};

/** A load of two workers with real models that changes. They cost nothing without replicas. */
export const modelsChange: PlannedLoad = {
  ...{ name: 'a day and a step on two priced classes, hosts released', durationMs: changingMs },
  streams: changingStreams(
    { task: readerTask, latencyMs: 250, multiple: 0.15 },
    { task: digitsTask, latencyMs: 100, multiple: 0.04 },
  ),
};
