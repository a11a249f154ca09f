// A process of the comparison: simulates the runs that its parent sends, one after another, and sends their totals back.

import { systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { policyNamed, simulate, type Scenario } from '@pareto/simulator';
import { createSolver } from '@pareto/solver';
import { comparedGroups, type ComparisonOptions } from './comparison.js';
import { comparedTotals } from './rows.js';
import type { RunRequest } from './run-processes.js';

const [, , options = '{}'] = process.argv;
const groups = await comparedGroups(JSON.parse(options) as ComparisonOptions);
const solver = createSolver({ isolation: environmentOnly, clock: systemClock });

process.on('disconnect', () => process.exit());
process.on('message', ({ group: name, window, policy, workers }: RunRequest) => {
  const group = groups.find((one) => one.name === name);
  const run = group?.runs.find((one) => one.window === window);
  if (run === undefined) throw new Error(`there is no window ${window} of ${name}`);
  const scenario = workers === undefined ? run.scenario : withWorkers(run.scenario, workers);
  void simulate(scenario, policyNamed(policy), run.seed, { solver }).then((result) =>
    process.send?.(comparedTotals(result, group?.measures)),
  );
});

/** Replaces the numbers of workers, by entry of the fleet. */
function withWorkers(scenario: Scenario, counts: readonly number[]): Scenario {
  const workers = scenario.fleet.workers.map((each, index) => ({ ...each, count: counts[index] ?? 0 }));
  return { ...scenario, fleet: { ...scenario.fleet, workers: workers.filter(({ count }) => count > 0) } };
}
