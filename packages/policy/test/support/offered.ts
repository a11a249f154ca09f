// Demand for the task `digits`, as a turn gets it.

import { milliseconds, resolveObjective, type Objective } from '@pareto/core';
import { objectiveClass } from '../../src/demand/objective-class.js';
import type { DemandInput } from '../../src/index.js';

const within500Ms = resolveObjective({ latencyMs: milliseconds(500) });

/** Returns demand, within 500 ms unless another objective is given. */
export const offered = (itemsPerSecond: number, now: number, objective: Objective = within500Ms): DemandInput => ({
  demands: [
    {
      ...{ tenant: 'default', target: 'digits', className: objectiveClass(objective), objective },
      ...{ itemsPerSecond, latestPerSecond: 0, missedPerSecond: 0, answered: new Map() },
    },
  ],
  ...{ held: [], active: () => [], now: milliseconds(now) },
});
