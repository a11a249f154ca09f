// The scenarios that policies are compared on: the standard scenario with windows of traces and with loads that change, for tuning, and
// kept aside for reports.

import {
  createStandardScenario,
  policyNames,
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
import { scenarioOf, shapesOf, type Shape, type ShapeMeasure } from './shapes.js';

/** Runs that are reported together: the windows of a part of a trace, or a load that changes with several seeds. */
export interface ComparedGroup {
  readonly name: string;
  readonly use: DataUse;
  readonly policies: readonly string[];
  readonly runs: readonly ComparedRun[];
  /**
   * Set for the windows of a trace with the fleet that the clairvoyant uses for them, and some more: the group with the whole fleet, and the
   * attainment in percent that ours has to reach.
   */
  readonly sizedBy?: { readonly group: string; readonly attainment: number };
  /** Set for a load that changes: what its runs are measured by. */
  readonly measures?: readonly ShapeMeasure[];
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
export const uses: readonly DataUse[] = ['tuning', 'kept-aside'];

/** Policies that run on a fleet with few spare workers, and the attainment in percent that ours has to reach there. */
const sizedPolicies = ['pareto', 'infaas'];
const sizedAttainments: ReadonlyMap<string, number> = new Map([
  ['twitter', 99.5],
  ['azure-functions', 99.3],
  ['azure-llm-code', 98.5],
]);
/** The workers that the clairvoyant uses are multiplied by this, and rounded up. */
export const spareFactor = 1.2;

export async function comparedGroups({ quick, data }: ComparisonOptions): Promise<readonly ComparedGroup[]> {
  const standard = createStandardScenario(data === undefined ? undefined : await readStandardFiles(data));
  const groups: ComparedGroup[] = [];
  for (const use of uses) {
    const parts = await readParts(data, use);
    for (const part of quick ? parts.slice(0, 1) : parts) {
      const group = groupOf(part, standard, quick ? brief : full);
      const sized = sizedBy(group, part.name);
      groups.push(group, ...(quick || sized === undefined ? [] : [sized]));
    }
    if (!quick) groups.push(...shapesOf(standard).map((shape) => shapeGroup(shape, use, standard)));
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
    ...{ name: `${part.use}, ${part.name}`, use: part.use, policies: policyNames },
    runs: planWindows(part.lengthMs, extent).map((range, index) => ({
      window: index + 1,
      seed: own[index % own.length] ?? 0,
      scenario: windowScenario(cutPart(part, range), standard),
    })),
  };
}

/** Returns the group on a fleet with few spare workers. Undefined for a trace without a target there. */
function sizedBy(group: ComparedGroup, trace: string): ComparedGroup | undefined {
  const attainment = sizedAttainments.get(trace);
  if (attainment === undefined) return undefined;
  return {
    ...{ name: `${group.name} on ${spareFactor}x the clairvoyant's workers`, use: group.use, runs: group.runs },
    ...{ policies: sizedPolicies, sizedBy: { group: group.name, attainment } },
  };
}

const windowScenario = (window: TracePart, { registry, fleet, tasks }: StandardScenario): Scenario => ({
  ...{ name: window.name, registry, fleet, routers, faults: [], durationMs: window.lengthMs },
  streams: createStandardStreams(window, tasks),
});

const shapeGroup = (shape: Shape, use: DataUse, standard: StandardScenario): ComparedGroup => ({
  ...{ name: `${use}, ${shape.name}`, use, policies: shape.policies, measures: shape.measures },
  runs: seeds[use].map((seed, index) => ({
    ...{ window: index + 1, seed, scenario: scenarioOf(shape, standard, routers) },
  })),
});
