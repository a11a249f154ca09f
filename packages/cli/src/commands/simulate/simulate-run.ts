// The work of `pareto simulate`: checks the scenario and the options, simulates, and writes the reports.

import { availableParallelism } from 'node:os';
import { ParetoError } from '@pareto/core';
import {
  formatSimulationTable,
  simulationJson,
  simulationPage,
  summarizeBound,
  summarizeSimulation,
} from '@pareto/report';
import { policyNames, readScenarioFile, type ScenarioFile, type SimulationResult } from '@pareto/simulator';
import { isForPrograms, printResult, widthOf, type CommonOptions, type Context } from '../../context/context.js';
import { ownCommit, ownVersion } from '../../own-version.js';
import { checkPolicies } from '../../suggest/check-policies.js';
import { checkReportPath, createResultStore, writeWhole } from './result-store.js';
import { isComplete, runAll } from './run-all.js';
import { simulationProgram } from './run-in-threads.js';
import type { PlannedRun } from './simulation-task.js';

export interface SimulateOptions extends CommonOptions {
  readonly data?: string;
  readonly policy?: readonly string[];
  readonly seeds?: readonly number[];
  readonly days?: number;
  readonly jobs?: number;
  readonly json?: string;
  readonly html?: string;
  readonly resume?: boolean;
}

/** Part of a simulation that a report has. */
interface Extent {
  readonly scenario: string;
  readonly version: string;
  readonly commit: string;
  /** Set if the command was interrupted, so that runs are missing or end early. */
  readonly isPartial: boolean;
  /** Number of finished runs, and of all that the report is to have. */
  readonly finished: number;
  readonly runs: number;
}

/** Simulates a scenario. Throws `invalid-argument` for invalid options or files, and the reason of an interruption. */
export async function runSimulate(context: Context, options: SimulateOptions, file: string): Promise<void> {
  const { json, html, resume: resumes = false, jobs: maxThreads = availableParallelism() } = options;
  const reports = [json, html].filter((path) => path !== undefined);
  const [first] = reports;
  if (resumes && first === undefined) {
    const reason = 'the finished runs are in a folder next to the report';
    throw new ParetoError('invalid-argument', `--resume needs --json or --html: ${reason}`);
  }
  const read = await readScenarioFile(file, options);
  const runs = listRuns(file, read, options);
  for (const path of reports) await checkReportPath(path);
  const [version, commit] = [ownVersion(), await ownCommit()];
  const store = first === undefined ? undefined : createResultStore(first, [read.digest, version, commit]);
  const results = await runAll(context, { runs, program: simulationProgram, maxThreads, store, resumes });
  const finished = results.filter(isComplete).length;
  const isPartial = finished < runs.length;
  const extent = { scenario: read.scenario.name, version, commit, isPartial, finished, runs: runs.length };
  if (json !== undefined) await writeWhole(json, simulationJson(results, { ...extent }));
  if (html !== undefined) await writeWhole(html, formatPage(read, results, extent));
  printReport(context, options, results, extent);
  for (const path of reports) context.terminal.note(`wrote ${path}`);
  if (isPartial && first !== undefined) context.terminal.note('repeat the command with --resume to continue');
  if (isPartial) context.stop.throwIfAborted();
}

const formatPage = ({ scenario }: ScenarioFile, results: readonly SimulationResult[], extent: Extent): string =>
  simulationPage(results, { scenario, ...(extent.isPartial && { partial: `${progressOf(extent)}.` }) });

const progressOf = ({ finished, runs }: Extent): string => `${finished} of ${runs} runs are finished`;

/** Returns a run for each policy and seed. */
function listRuns(
  file: string,
  { policies, seeds }: ScenarioFile,
  { policy: wanted = policies ?? ['pareto'], seeds: wantedSeeds = seeds ?? [1], data, days }: SimulateOptions,
): readonly PlannedRun[] {
  checkPolicies(wanted, policyNames);
  return [...new Set(wantedSeeds)].flatMap((seed) =>
    [...new Set(wanted)].map((policy) => ({
      ...{ file, policy, seed },
      ...(data !== undefined && { data }),
      ...(days !== undefined && { days }),
    })),
  );
}

function printReport(
  context: Context,
  options: SimulateOptions,
  results: readonly SimulationResult[],
  extent: Extent,
): void {
  const summary = (): object => ({
    ...extent,
    bound: summarizeBound(results),
    policies: summarizeSimulation(results),
    results: results.map(({ series: _, ...result }) => result),
  });
  const { paint } = context.terminal;
  const table = (): string =>
    formatSimulationTable(results, { width: widthOf(context, options), paintTitles: paint.bold });
  const remark = extent.isPartial ? `\n\n${paint.yellow(`partial: ${progressOf(extent)}`)}` : '';
  printResult(context, options, isForPrograms(options) ? summary() : undefined, () => table() + remark);
}
