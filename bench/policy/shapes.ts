// Loads that change within minutes: a step, bursts, a square wave and an overload, on the standard scenario.

import type { Scenario, SimulationResult, StandardScenario } from '@pareto/simulator';
import { createStandardStreams, type DataUse, type QueryStream, type StandardTask } from '@pareto/workload';
import type { Reach } from '@pareto/testkit';
import {
  shareOnTime,
  mostLoadsPerMinute,
  secondsUntilAccurate,
  secondsUntilMet,
  spreadOfTasks,
  type Seconds,
} from './shape-measures.js';

/** A value of a run, and its target. */
export interface ShapeMeasure {
  readonly name: string;
  readonly unit: string;
  readonly reach?: Reach;
  readonly valueOf: (result: SimulationResult) => number;
}

export interface Shape {
  readonly name: string;
  readonly seconds: number;
  /** The workers of each kind of the standard scenario are divided by this, and rounded down: a quarter has no A100s. */
  readonly fleetDivisor: number;
  readonly policies: readonly string[];
  readonly streams: (tasks: readonly StandardTask[]) => readonly QueryStream[];
  readonly measures: readonly ShapeMeasure[];
}

const percent = 100;
const adaptive = ['pareto', 'pareto-release-hosts', 'infaas'];
const scaling = ['pareto', 'pareto-accurate', 'infaas', 'proteus', 'loki'];

/** Returns the loads, whose targets follow from the load times of the scenario's variants. */
export function shapesOf({ registry }: Pick<StandardScenario, 'registry'>): readonly Shape[] {
  const loadMs = Math.max(...registry.variants.flatMap(({ profiles }) => profiles.map((profile) => profile.loadMs)));
  return [step(loadMs / 1_000), bursts, square, overload];
}

function step(loadSeconds: number): Shape {
  const [at, seconds] = [60, 120];
  return {
    ...{ name: 'step of 10x', seconds, fleetDivisor: 1, policies: adaptive },
    streams: (tasks) => streamsOf(tasks, seconds, (second) => (second < at ? 100 : 1_000)),
    measures: [
      {
        ...{ name: 'time until 99 % are on time', unit: 's', reach: { atMost: 2 + 1.5 * loadSeconds } },
        valueOf: (result) => secondsUntilMet(result, at, 0.99),
      },
      {
        ...{ name: 'attainment after the step', unit: '%' },
        valueOf: (result) => percent * shareOnTime(result, { from: at, to: seconds }),
      },
    ],
  };
}

/** Seconds between two bursts, and of a burst. */
const burst = { every: 20, of: 2, count: 8 };

const bursts: Shape = {
  ...{ name: 'bursts of 10x', seconds: burst.every * burst.count, fleetDivisor: 1, policies: adaptive },
  streams: (tasks) => streamsOf(tasks, bursts.seconds, (second) => (isBurst(second) ? 1_000 : 100)),
  measures: [
    {
      ...{ name: 'attainment of the bursts from the third on', unit: '%', reach: { above: 98.5 } },
      valueOf: ({ series }) => {
        const within = (values: readonly number[]): number =>
          values.reduce((sum, value, at) => (isBurst(at) && at >= 2 * burst.every ? sum + value : sum), 0);
        return (percent * within(series.onTime)) / within(series.asked);
      },
    },
  ],
};

const isBurst = (second: number): boolean => second % burst.every >= burst.every - burst.of;

/** Half of the period is that of the programs of the solver, and of the window of the fast forecast. */
const square: Shape = {
  ...{ name: 'square wave of 10 s', seconds: 180, fleetDivisor: 1, policies: adaptive },
  streams: (tasks) => streamsOf(tasks, square.seconds, (second) => (second % 10 >= 5 ? 400 : 100)),
  measures: [
    {
      ...{ name: 'loads of a variant per minute, from the second minute on', unit: '', reach: { atMost: 2 } },
      valueOf: (result) => mostLoadsPerMinute(result, { from: 60, to: square.seconds }),
    },
    {
      ...{ name: 'attainment from the second minute on', unit: '%', reach: { above: 98.5 } },
      valueOf: (result) => percent * shareOnTime(result, { from: 60, to: square.seconds }),
    },
  ],
};

/** The minute of the overload. */
const over: Seconds = { from: 60, to: 120 };

const overload: Shape = {
  ...{ name: 'overload of 2x', seconds: 150, fleetDivisor: 4, policies: scaling },
  // The minute has streams of its own, the first ones, whose counts are those of the overload.
  streams: (tasks) => {
    const isOver = (second: number): boolean => second >= over.from && second < over.to;
    const within = streamsOf(tasks, overload.seconds, (second) => (isOver(second) ? 280 : 0));
    return [...within, ...streamsOf(tasks, overload.seconds, (second) => (isOver(second) ? 0 : 140))];
  },
  measures: [
    {
      ...{ name: 'answers in time below their floor', unit: '', reach: { exactly: 0 } },
      valueOf: ({ totals }) => totals.inaccurate,
    },
    {
      ...{ name: 'attainment in the overload', unit: '%' },
      valueOf: (result) => percent * shareOnTime(result, over),
    },
    {
      ...{ name: 'best task minus worst task in the overload', unit: 'points', reach: { atMost: 10 } },
      valueOf: (result) => percent * spreadOfTasks(result, { from: 0, to: result.streams.length / 2 }),
    },
    {
      ...{ name: 'time until the old accuracy', unit: 's', reach: { atMost: 10 } },
      valueOf: (result) => secondsUntilAccurate(result, { from: 30, to: over.from }, over.to),
    },
  ],
};

/** Returns streams of all tasks with the objectives of the standard scenario, whose rates together are these. */
function streamsOf(
  tasks: readonly StandardTask[],
  seconds: number,
  rateAt: (second: number) => number,
): readonly QueryStream[] {
  const counts = Array.from({ length: seconds }, (_, second) => rateAt(second));
  const ratePerSecond = counts.reduce((sum, count) => sum + count, 0) / seconds;
  const sources = [{ form: 'counts' as const, counts, intervalMs: 1_000 }];
  const use: DataUse = 'tuning';
  const part = { name: 'shape', use, sources, lengthMs: 1_000 * seconds, ratePerSecond };
  return createStandardStreams(part, tasks, ratePerSecond);
}

export const scenarioOf = (shape: Shape, { registry, fleet, tasks }: StandardScenario, routers: number): Scenario => ({
  ...{ name: shape.name, registry, routers, faults: [], durationMs: 1_000 * shape.seconds },
  fleet: {
    ...fleet,
    workers: fleet.workers
      .map((workers) => ({ ...workers, count: Math.floor(workers.count / shape.fleetDivisor) }))
      .filter(({ count }) => count > 0),
  },
  streams: shape.streams(tasks),
});
