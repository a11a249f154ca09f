// A process of the comparison: simulates the runs that its parent sends, one after another, and sends their totals back.

import { systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { policyNamed, simulate } from '@pareto/simulator';
import { createSolver } from '@pareto/solver';
import { comparedGroups, type ComparisonOptions } from './comparison.js';
import { comparedTotals } from './rows.js';
import type { RunRequest } from './run-processes.js';

const [, , options = '{}'] = process.argv;
const groups = await comparedGroups(JSON.parse(options) as ComparisonOptions);
const solver = createSolver({ isolation: environmentOnly, clock: systemClock });

process.on('disconnect', () => process.exit());
process.on('message', ({ group, window, policy }: RunRequest) => {
  const run = groups.find(({ name }) => name === group)?.runs.find((one) => one.window === window);
  if (run === undefined) throw new Error(`there is no window ${window} of ${group}`);
  void simulate(run.scenario, policyNamed(policy), run.seed, { solver }).then((result) =>
    process.send?.(comparedTotals(result)),
  );
});
