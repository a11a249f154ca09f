// The queries of a scenario, and the times of the runs on each slot.

import { createSeededRng } from '@pareto/core';
import { planArrivals, planQueries, type ArrivalProcess } from '@pareto/workload';

/** Median time of a run, and the number of slots, with one replica on each. */
export const serviceMs = 11;
export const slots = 2;
/** Queries per second that the slots can run. */
export const capacity: number = (slots * 1000) / serviceMs;
/** Deviation of a run from the median, at most. */
const jitter = 0.05;

export interface SimulatedQuery {
  readonly arrivesAt: number;
  readonly latencyMs: number;
  readonly class: 'online' | 'offline';
  /** Index of the router that gets the query. */
  readonly router: number;
}

export interface Workload {
  readonly queries: readonly SimulatedQuery[];
  readonly routers: number;
  /**
   * Creates a function that returns the time of a slot's next run, the same for each call with the same slot. A spike
   * belongs to the run and not to the query, like a pause of the machine: no choice of queries avoids it.
   */
  readonly runTimes: (slot: number) => () => number;
}

export interface Scenario {
  readonly name: string;
  readonly latenciesMs: readonly number[];
  /** Share of the queries whose run takes three times as long. */
  readonly spikes: number;
  readonly process: ArrivalProcess;
  readonly durationMs: number;
  /** Number of routers, each of which gets queries at random. 1 by default. */
  readonly routers?: number;
}

export function planWorkload(scenario: Scenario, seed: number): Workload {
  const { latenciesMs, spikes, process, durationMs, routers = 1 } = scenario;
  const rng = createSeededRng(seed);
  const routerRng = createSeededRng(seed + 0.5);
  const classes = latenciesMs.map((latencyMs) => ({ name: `${latencyMs} ms`, latencyMs, weight: 1 }));
  const { arrivalsMs, classIndexes } = planQueries(planArrivals(process, durationMs, rng), classes, rng);
  return {
    queries: Array.from(arrivalsMs, (arrivesAt, index) => ({
      arrivesAt,
      latencyMs: latenciesMs[classIndexes[index] ?? 0] ?? 0,
      class: 'online',
      router: Math.floor(routers * routerRng()),
    })),
    routers,
    runTimes(slot) {
      const own = createSeededRng(1_000 * seed + slot);
      return () => serviceMs * (1 - jitter + 2 * jitter * own()) * (own() < spikes ? 3 : 1);
    },
  };
}
