// Demand that rises and falls in time with the rules that follow it: their turns, programs and forecasts, and the time for which they hold demand.

import { equal, ok } from 'node:assert/strict';
import { defaultSimulationParams, policyNamed, simulate } from '../../src/index.js';
import { openSolver } from '../baselines/support/open-solver.js';
import { buildFleet, buildRegistry, buildSimulatedVariant } from '../support/registry.js';
import { buildScenario, imagesWithin } from '../support/scenario.js';

const { cluster, turn } = defaultSimulationParams;
const seconds = 300;
/** Seconds in which the replicas for the first rise are loaded. */
const settled = 60;

/** Returns arrivals at 40/s and 400/s in turns. */
const square = (halfMs: number) =>
  function* (rng: () => number) {
    for (let at = 0; ; yield at) {
      const rate = Math.floor(at / halfMs) % 2 === 1 ? 400 : 40;
      at += (-1_000 * Math.log(1 - rng())) / rate;
    }
  };

const sumFrom = (values: readonly number[]): number => values.slice(settled).reduce((sum, value) => sum + value, 0);

describe('square waves of demand', () => {
  const solver = openSolver();
  after(() => solver.close());
  const halves = { turn: 1_000, program: 5_000, hold: turn.demand.holdDownMs + 1_000 };
  for (const [name, rule] of [
    ['pareto', 'hold'],
    ['pareto-release-hosts', 'turn'],
    ['pareto-release-hosts', 'program'],
    ['pareto-release-hosts', 'hold'],
  ] as const)
    it(`load a variant at most twice a minute, or once for each rise, and hardly miss a query: ${name}, in time with each ${rule}`, async () => {
      const scenario = buildScenario({
        registry: buildRegistry(
          buildSimulatedVariant('small', 0.8, { 1: 20, 4: 60 }),
          buildSimulatedVariant('large', 0.9, { 1: 60, 4: 200 }),
        ),
        fleet: buildFleet(8, 2, 1_024),
        streams: [imagesWithin(400, square(halves[rule]))],
        durationMs: 1_000 * seconds,
        params: { ...defaultSimulationParams, cluster: { ...cluster, warmUpMs: 5_000 } },
      });
      const { series } = await simulate(scenario, policyNamed(name), 1, { solver });
      equal(series.variants.length, 2);
      for (const { variant, replicas } of series.variants) {
        const loads = sumFrom(replicas.map((count, at) => Math.max(0, count - (replicas[at - 1] ?? 0))));
        // Where the fleet has shrunk before each rise, it loads again what it has unloaded.
        const rises = Math.ceil((1_000 * (seconds - settled)) / (2 * halves[rule]));
        const most = rule === 'hold' ? rises * (Math.max(...replicas) - 1) : (2 * (seconds - settled)) / 60;
        ok(loads <= most, `${loads} loads of ${variant} in ${seconds - settled} s`);
      }
      const onTime = sumFrom(series.onTime) / sumFrom(series.asked);
      ok(onTime >= 0.985, `${onTime} on time`);
    });
});
