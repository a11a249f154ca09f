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
  type WindowOptions,
} from '@pareto/workload';

/** Runs that are reported together: the windows of a part of a trace. */
export interface ComparedGroup {
  readonly name: string;
  readonly use: DataUse;
  readonly runs: readonly ComparedRun[];
}

export interface ComparedRun {
  /** Number of the window, from 1. */
  readonly window: number;
  readonly seed: number;
  readonly scenario: Scenario;
}

export interface ComparisonOptions {
  /** Compares on few and short windows of a single trace. */
  readonly quick: boolean;
  /** Folder with the traces and the tables of profiles. Both are generated if undefined. */
  readonly data: string | undefined;
}

/** Twelve windows of ten minutes. */
const full: WindowOptions = {};
/** All policies together take a minute. */
const brief: WindowOptions = { count: 3, windowMs: 8_000 };
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

/** The windows take the seeds in turn. */
function groupOf(part: TracePart, standard: StandardScenario, extent: WindowOptions): ComparedGroup {
  const own = seeds[part.use];
  return {
    ...{ name: `${part.use}, ${part.name}`, use: part.use },
    runs: planWindows(part.lengthMs, extent).map((range, index) => ({
      window: index + 1,
      seed: own[index % own.length] ?? 0,
      scenario: scenarioOf(cutPart(part, range), standard),
    })),
  };
}

const scenarioOf = (window: TracePart, { registry, fleet, tasks }: StandardScenario): Scenario => ({
  ...{ name: window.name, registry, fleet, routers, faults: [], durationMs: window.lengthMs },
  streams: createStandardStreams(window, tasks),
});
