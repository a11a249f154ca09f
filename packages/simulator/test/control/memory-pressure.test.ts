// Demand for more variants than the memory of the fleet holds.

import { ok } from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { defaultSimulationParams, policyNamed, simulate } from '../../src/index.js';
import { openSolver } from '../baselines/support/open-solver.js';
import { buildFleet, buildRegistry, buildSimulatedVariant, withMemory } from '../support/registry.js';
import { buildScenario, poisson } from '../support/scenario.js';

const seconds = 180;
const { minResidencyMs } = defaultSimulationParams.turn.placement;
const tasks = ['a', 'b', 'c', 'd'];
const registry = buildRegistry(...tasks.map((task) => buildSimulatedVariant(task, 0.9, { 1: 20 }, { task })));

describe('demand for four variants on two workers with memory for one each', () => {
  const solver = openSolver();
  after(() => solver.close());
  for (const rate of [0.2, 2, 20])
    it(`loads one in the place of another at most every 10 s on each worker, and answers queries of each: ${rate}/s`, async () => {
      const objective = { latencyMs: milliseconds(200) };
      const scenario = buildScenario({
        ...{ registry, fleet: buildFleet(2, 2, 150), durationMs: 1_000 * seconds },
        streams: tasks.map((task) => ({ task, objective, arrivals: poisson(rate) })),
      });
      const { series, streams } = await simulate(scenario, policyNamed('pareto'), 1, { solver });
      const loads = series.variants.flatMap(({ replicas }) =>
        replicas.map((count, at) => Math.max(0, count - (replicas[at - 1] ?? 0))),
      );
      const sum = loads.reduce((total, count) => total + count, 0);
      ok(sum <= (2 * 1_000 * seconds) / minResidencyMs, `${sum} loads`);
      for (const { task, totals } of streams)
        ok(totals.onTime >= totals.asked / 4, `${totals.onTime} of ${totals.asked} on time: ${task}`);
    });
});

describe('demand for seven small variants and a large one on a worker with memory for five small ones or the large one', () => {
  const solver = openSolver();
  after(() => solver.close());
  for (const rate of [0.2, 2])
    it(`answers queries of each: ${rate}/s`, async () => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'large'];
      const small = names.map((task) => buildSimulatedVariant(task, 0.9, { 1: 20 }, { task }));
      const variants = small.map((one) => (one.name === 'large' ? withMemory(one, 500) : one));
      const scenario = buildScenario({
        ...{ registry: buildRegistry(...variants), fleet: buildFleet(1, 2, 520), durationMs: 1_000 * 300 },
        streams: names.map((task) => ({ task, objective: { latencyMs: milliseconds(200) }, arrivals: poisson(rate) })),
      });
      const { streams } = await simulate(scenario, policyNamed('pareto'), 1, { solver });
      for (const { task, totals } of streams)
        ok(totals.onTime >= totals.asked / 8, `${totals.onTime} of ${totals.asked} on time: ${task}`);
    });
});
