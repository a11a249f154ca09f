// Every policy on the standard scenario, with traces and with loads that change: ours, and the baselines.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { groupBy, systemClock } from '@pareto/core';
import { formatMinutes } from './all/outcome.js';
import { comparedGroups, spareFactor, uses, type ComparedGroup, type ComparedRun } from './policy/comparison.js';
import { policyRows, shapeRows, sizedRows, type ComparedTotals, type PolicyRuns } from './policy/rows.js';
import { forEachInProcesses, type RunRequest, type SimulateRun } from './policy/run-processes.js';
import { openStoredResults } from './policy/stored-results.js';
import { progress, startBenchmark, type Row } from './report.js';

const { quick = false, resume = false, only = '', data, jobs, report } = startBenchmark('policy');
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const changes = execFileSync('git', ['diff', 'HEAD'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
const kind = [commit, digestOf(changes), process.version, quick ? 'quick' : 'full', data ?? 'generated'].join(' ');
const stored = openStoredResults<ComparedTotals>(join('.cache/policy', digestOf(kind)), kind, resume);
const processes = Number(jobs ?? (quick ? 1 : availableParallelism()));

interface PolicyRun {
  readonly group: ComparedGroup;
  readonly run: ComparedRun;
  readonly policy: string;
}

const groups = await comparedGroups({ quick, data });
// The policies of a window follow one another, so that the time until the end follows from that of the runs before.
const runs = groups
  .flatMap((group) => group.runs.flatMap((run) => group.policies.map((policy): PolicyRun => ({ group, run, policy }))))
  .filter(({ group, policy }) => `${group.name}: ${policy}`.includes(only));

const totals = new Map<PolicyRun, ComparedTotals>();
const since = systemClock.now();
let computed = 0;

const nameOf = ({ group, window, policy }: RunRequest, { seed }: ComparedRun): string =>
  `${group}, window ${window}, seed ${seed}: ${policy}`;

await forEachInProcesses(runs, { quick, data, jobs: processes }, async (each, simulateRun) => {
  const { group, run, policy } = each;
  const request: RunRequest = { group: group.name, window: run.window, policy };
  const name = nameOf(request, run);
  const compute = async (of: RunRequest): Promise<ComparedTotals> => {
    const ended = await simulateRun(of);
    computed += 1;
    return ended;
  };
  const result = await stored.of(name, async () => compute({ ...request, ...(await sizeOf(each, compute)) }));
  totals.set(each, result);
  const minutes = ((runs.length - totals.size) * (systemClock.now() - since)) / computed / 60_000;
  // Stored results say nothing about the time of the others.
  const left = computed === 0 ? '' : `; about ${formatMinutes(minutes)} left`;
  progress(`[${totals.size}/${runs.length}] ${name}${left}`);
});

/** Returns the workers of a group that is sized by the clairvoyant's, which has to plan the window first. */
async function sizeOf({ group, run }: PolicyRun, compute: SimulateRun): Promise<Pick<RunRequest, 'workers'>> {
  if (group.sizedBy === undefined) return {};
  const planned: RunRequest = { group: group.sizedBy.group, window: run.window, policy: 'clairvoyant' };
  const { workers = [] } = await stored.of(nameOf(planned, run), () => compute(planned));
  return { workers: workers.map((count) => Math.ceil(spareFactor * count)) };
}

/** Returns the runs of these groups by policy, as far as they were simulated. */
function runsOf(compared: readonly ComparedGroup[]): readonly PolicyRuns[] {
  const own = runs.filter(({ group }) => compared.includes(group));
  return Array.from(
    groupBy(own, ({ policy }) => policy),
    ([policy, of]) => ({ policy, totals: of.flatMap((each) => totals.get(each) ?? []) }),
  );
}

function rowsOf(group: ComparedGroup): readonly Row[] {
  const { name, sizedBy, measures } = group;
  const policies = runsOf([group]);
  if (measures !== undefined) return shapeRows(name, policies, measures);
  return sizedBy === undefined ? policyRows(name, policies) : sizedRows(name, policies, sizedBy.attainment);
}

const rows = groups.flatMap(rowsOf);
for (const use of uses) {
  const own = groups.filter(
    (group) => group.use === use && group.sizedBy === undefined && group.measures === undefined,
  );
  if (own.length > 1) rows.push(...policyRows(`${use}, all traces`, runsOf(own)));
}
// Virtual time and seeds repeat exactly: only a changed policy changes the values.
report(rows.map((row) => ({ ...row, noise: 0.002 })));
