// Every policy on the standard scenario: ours, and the baselines.

import { execFileSync } from 'node:child_process';
import { systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { policies, simulate, type ServingPolicy } from '@pareto/simulator';
import { createSolver } from '@pareto/solver';
import { comparedGroups, type ComparedGroup, type ComparedRun } from './policy/comparison.js';
import { comparedTotals, policyRows, type ComparedTotals, type PolicyRuns } from './policy/rows.js';
import { openStoredResults } from './policy/stored-results.js';
import { progress, startBenchmark, type Row } from './report.js';

const { quick = false, resume = false, only = '', data, report } = startBenchmark('policy');
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const kind = [commit, quick ? 'quick' : 'full', data ?? 'generated'].join(' ');
const stored = openStoredResults<ComparedTotals>('.cache/policy', kind, resume);
await using solver = createSolver({ isolation: environmentOnly, clock: systemClock });

async function run(group: string, policy: ServingPolicy, { seed, scenario }: ComparedRun): Promise<ComparedTotals> {
  const name = `${group}: ${policy.name}: seed ${seed}`;
  return stored.of(name, async () => {
    progress(name);
    return comparedTotals(await simulate(scenario, policy, seed, { solver }));
  });
}

async function compare({ name, runs }: ComparedGroup): Promise<readonly Row[]> {
  const compared: PolicyRuns[] = [];
  for (const policy of policies.filter((one) => one.name.includes(only))) {
    const totals: ComparedTotals[] = [];
    for (const each of runs) totals.push(await run(name, policy, each));
    compared.push({ policy: policy.name, totals });
  }
  return policyRows(name, compared);
}

const rows: Row[] = [];
for (const group of await comparedGroups({ quick, data })) rows.push(...(await compare(group)));
// Virtual time and seeds repeat exactly: only a changed policy changes the values.
report(rows.map((row) => ({ ...row, noise: 0.002 })));
