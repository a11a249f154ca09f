// The rows of clusters with the plan in the loop.

import type { Row } from '../../report.js';
import { overcommittedTurns } from './decisions.js';
import { measureBatches } from './rows/batches.js';
import { measureCallers } from './rows/callers.js';
import { measureChangingRates } from './rows/changing-rates.js';
import { measureIdleTask } from './rows/idle-task.js';
import { measureLittleSlack } from './rows/little-slack.js';
import { measureOtherLoads } from './rows/other-loads.js';
import { measureSlowService } from './rows/slow-service.js';
import { measureSmallAndBig } from './rows/small-and-big.js';
import { measureTwoClasses } from './rows/two-classes.js';
import type { RunScenario } from './rows/rows-over-seeds.js';
import { measureTwoTasks } from './rows/two-tasks.js';
import { simulateCluster } from './simulate-cluster.js';

const all = [
  measureSmallAndBig,
  measureBatches,
  measureSlowService,
  measureCallers,
  measureChangingRates,
  measureLittleSlack,
  measureTwoClasses,
  measureTwoTasks,
  measureIdleTask,
  measureOtherLoads,
];

export function measureClosedLoop(): readonly Row[] {
  let overcommitted = 0;
  const run: RunScenario = (scenario, seed) => {
    const ran = simulateCluster(scenario, seed);
    overcommitted += overcommittedTurns(ran);
    return ran;
  };
  return [
    ...all.flatMap((measure) => measure(run)),
    {
      name: 'all clusters: turns that assign more than the memory of a worker',
      ...{ value: overcommitted, unit: '', reach: { below: 1 } },
    },
  ];
}
