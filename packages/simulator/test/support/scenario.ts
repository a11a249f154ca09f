// Scenarios for tests.

import { milliseconds, type Rng } from '@pareto/core';
import type { QueryStream } from '@pareto/workload';
import { defaultSimulationParams, type Scenario } from '../../src/index.js';
import { buildFleet, buildRegistry, buildSimulatedVariant } from './registry.js';

/** Returns arrivals with exponential gaps. */
export const poisson = (ratePerSecond: number): QueryStream['arrivals'] =>
  function* (rng: Rng) {
    for (let at = 0; ;) {
      at += (-1_000 * Math.log(1 - rng())) / ratePerSecond;
      yield at;
    }
  };

/** Returns arrivals at a constant rate from a time on, and until another one, which no random number changes. */
export const evenly = (everyMs: number, fromMs = 0, untilMs = Infinity): QueryStream['arrivals'] =>
  function* () {
    for (let at = fromMs; at < untilMs; at += everyMs) yield at;
  };

export const imagesWithin = (latencyMs: number, arrivals: QueryStream['arrivals']): QueryStream => ({
  task: 'images',
  objective: { latencyMs: milliseconds(latencyMs) },
  arrivals,
});

/** Builds a scenario of 4 workers with 2 slots and a variant whose runs take 8 ms, with queries within 100 ms. */
export const buildScenario = (fields: Partial<Scenario> = {}): Scenario => ({
  name: 'test',
  registry: buildRegistry(buildSimulatedVariant('small', 0.9, { 1: 8, 4: 20 })),
  fleet: buildFleet(4, 2),
  streams: [imagesWithin(100, poisson(200))],
  durationMs: 10_000,
  routers: 2,
  faults: [],
  params: { ...defaultSimulationParams, cluster: { ...defaultSimulationParams.cluster, warmUpMs: 5_000 } },
  ...fields,
});

/** Production with greedy targets, which are as many replicas as the rate takes, and no more. */
export const production = { kind: 'production', name: 'pareto-greedy', isGreedy: true } as const;
