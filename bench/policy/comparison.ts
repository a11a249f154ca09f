// The scenarios that policies are compared on: the standard scenario with windows of traces, for tuning, and kept aside for reports.

import {
  createStandardScenario,
  readStandardFiles,
  readStandardPart,
  type Scenario,
  type StandardScenario,
} from '@pareto/simulator';
import {
  createStandardStreams,
  cutPart,
  generatedTraceNames,
  planWindows,
  recordedTraceNames,
  seeds,
  type DataUse,
  type TracePart,
} from '@pareto/workload';

/** Runs that are reported together: a window of a trace for each seed. */
export interface ComparedGroup {
  readonly name: string;
  readonly runs: readonly ComparedRun[];
}

export interface ComparedRun {
  readonly seed: number;
  readonly scenario: Scenario;
}

export interface ComparisonOptions {
  /** Compares on few and short windows of a single trace. */
  readonly quick: boolean;
  /** Folder with the traces and the tables of profiles. Both are generated if undefined. */
  readonly data: string | undefined;
}

/** Length of a window, and number of seeds at most. */
interface Extent {
  readonly windowMs: number;
  readonly maxSeeds: number;
}

const full: Extent = { windowMs: 360_000, maxSeeds: Infinity };
/** All policies together take a minute. */
const brief: Extent = { windowMs: 8_000, maxSeeds: 3 };
const routers = 2;

export async function comparedGroups({ quick, data }: ComparisonOptions): Promise<readonly ComparedGroup[]> {
  const standard = createStandardScenario(data === undefined ? undefined : await readStandardFiles(data));
  const groups: ComparedGroup[] = [];
  for (const use of ['tuning', 'kept-aside'] as const) {
    const parts = await readParts(data, use);
    for (const part of quick ? parts.slice(0, 1) : parts) groups.push(groupOf(part, standard, quick ? brief : full));
  }
  return groups;
}

async function readParts(data: string | undefined, use: DataUse): Promise<readonly TracePart[]> {
  const names = data === undefined ? generatedTraceNames : recordedTraceNames;
  const read = await Promise.all(names.map((name) => readStandardPart(name, use, data)));
  return read.map(({ part }) => part);
}

function groupOf(part: TracePart, standard: StandardScenario, { windowMs, maxSeeds }: Extent): ComparedGroup {
  const own = seeds[part.use].slice(0, maxSeeds);
  const windows = planWindows(part.lengthMs, { count: own.length, windowMs });
  return {
    name: `${part.use}, ${part.name}`,
    runs: own.flatMap((seed, index) => {
      // A part that is too short for several windows is the same one for each seed.
      const range = windows[index % windows.length];
      return range === undefined ? [] : [{ seed, scenario: scenarioOf(cutPart(part, range), standard) }];
    }),
  };
}

const scenarioOf = (window: TracePart, { registry, fleet, tasks }: StandardScenario): Scenario => ({
  ...{ name: window.name, registry, fleet, routers, faults: [], durationMs: window.lengthMs },
  streams: createStandardStreams(window, tasks),
});
