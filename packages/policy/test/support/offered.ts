// Demand for the task `digits`, as a turn gets it.

import { milliseconds, resolveObjective } from '@pareto/core';
import { objectiveClass } from '../../src/demand/objective-class.js';
import type { DemandInput } from '../../src/index.js';

const objective = resolveObjective({ latencyMs: milliseconds(500) });

/** Returns demand within 500 ms. */
export const offered = (itemsPerSecond: number, now: number): DemandInput => ({
  demands: [
    {
      ...{ tenant: 'default', target: 'digits', className: objectiveClass(objective), objective },
      ...{ itemsPerSecond, latestPerSecond: 0, missedPerSecond: 0, answered: new Map() },
    },
  ],
  ...{ held: [], active: () => [], now: milliseconds(now) },
});
