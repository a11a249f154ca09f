// A scenario of one task for the tests of baselines.

import { milliseconds } from '@pareto/core';
import type { QueryStream } from '@pareto/workload';
import type { SimulatedFleet } from '../../../src/scenario/fleet.js';
import type { SimulatedVariant } from '../../../src/scenario/registry.js';
import type { Scenario } from '../../../src/scenario/scenario.js';

/** Returns times at equal distances. */
function* everyMs(ms: number, fromMs: number, toMs: number): Generator<number> {
  for (let index = 0; fromMs + index * ms < toMs; index += 1) yield fromMs + index * ms;
}

/** Queries at a constant rate until a time. */
export interface Phase {
  readonly ratePerSecond: number;
  readonly untilMs: number;
}

/** Returns queries for the task `images`, at equal distances in each phase. */
export const steadyStream = (latencyMs: number, phases: readonly Phase[], minAccuracy?: number): QueryStream => ({
  task: 'images',
  objective: { latencyMs: milliseconds(latencyMs), minAccuracy },
  *arrivals() {
    let fromMs = 0;
    for (const { ratePerSecond, untilMs } of phases) {
      yield* everyMs(1_000 / ratePerSecond, fromMs, untilMs);
      fromMs = untilMs;
    }
  },
});

export const smallScenario = (
  variants: readonly SimulatedVariant[],
  fleet: SimulatedFleet,
  streams: readonly QueryStream[],
  durationMs: number,
): Scenario => ({
  ...{ name: 'small', registry: { tasks: [{ name: 'images' }], variants }, fleet, streams, durationMs },
  ...{ routers: 1, faults: [] },
});
