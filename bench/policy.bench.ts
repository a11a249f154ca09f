// Every policy on the standard scenario: ours, and the baselines.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { policyNames } from '@pareto/simulator';
import { formatMinutes } from './all/outcome.js';
import { comparedGroups, type ComparedGroup, type ComparedRun } from './policy/comparison.js';
import { policyRows, type ComparedTotals } from './policy/rows.js';
import { forEachInProcesses } from './policy/run-processes.js';
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
  .flatMap((group) => group.runs.flatMap((run) => policyNames.map((policy): PolicyRun => ({ group, run, policy }))))
  .filter(({ group, policy }) => `${group.name}: ${policy}`.includes(only));

const totals = new Map<PolicyRun, ComparedTotals>();
const since = systemClock.now();
let computed = 0;

await forEachInProcesses(runs, { quick, data, jobs: processes }, async (each, simulateRun) => {
  const { group, run, policy } = each;
  const name = `${group.name}, window ${run.window}, seed ${run.seed}: ${policy}`;
  const result = await stored.of(name, async () => {
    const ended = await simulateRun({ group: group.name, window: run.window, policy });
    computed += 1;
    return ended;
  });
  totals.set(each, result);
  const minutes = ((runs.length - totals.size) * (systemClock.now() - since)) / computed / 60_000;
  // Stored results say nothing about the time of the others.
  const left = computed === 0 ? '' : `; about ${formatMinutes(minutes)} left`;
  progress(`[${totals.size}/${runs.length}] ${name}${left}`);
});

/** Returns the rows of groups that are reported together. */
function rowsOf(name: string, compared: readonly ComparedGroup[]): readonly Row[] {
  const policies = policyNames.flatMap((policy) => {
    const own = runs.filter((each) => each.policy === policy && compared.includes(each.group));
    return own.length === 0 ? [] : [{ policy, totals: own.flatMap((each) => totals.get(each) ?? []) }];
  });
  return policyRows(name, policies);
}

const rows = groups.flatMap((group) => rowsOf(group.name, [group]));
for (const use of ['tuning', 'kept-aside'] as const) {
  const own = groups.filter((group) => group.use === use);
  if (own.length > 1) rows.push(...rowsOf(`${use}, all traces`, own));
}
// Virtual time and seeds repeat exactly: only a changed policy changes the values.
report(rows.map((row) => ({ ...row, noise: 0.002 })));
