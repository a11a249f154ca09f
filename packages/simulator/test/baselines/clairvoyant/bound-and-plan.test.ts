// The bound and the plan of the same random demand.

import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import type { ClairvoyantInput } from '../../../src/baselines/clairvoyant/demand/count-demand.js';
import type { TimedAssignment } from '../../../src/baselines/clairvoyant/feasible/pack-spans.js';
import { planFeasible } from '../../../src/baselines/clairvoyant/feasible/plan-feasible.js';
import { boundCost } from '../../../src/baselines/clairvoyant/relaxed/bound-cost.js';
import { buildProfile, buildStream, buildVariant } from './support/build-input.js';
import { limits, openSolver } from '../support/open-solver.js';

const windows = 12;
const windowMs = 10_000;

describe('boundCost and planFeasible', () => {
  const solver = openSolver();
  after(() => solver.close());

  for (const seed of [1, 2, 3]) {
    it(`bounds the cost of a plan that serves every query, with seed ${seed}`, async () => {
      const input = randomInput(seed);
      const { assignments, unplaced } = await planFeasible(solver, input, limits);
      assert.deepEqual(unplaced, []);
      const bound = await boundCost(solver, input, limits, { missedShare: 0 });
      const planned = hostCost(input, assignments);
      assert.ok(bound.usd > 0 && bound.usd <= planned, `bound ${bound.usd}, planned ${planned}`);
      // Whole workers at 60 % of their slots, small batches, and the rate of the busiest of six windows: more than this factor is a wrong unit.
      assert.ok(planned < 30 * bound.usd, `bound ${bound.usd}, planned ${planned}`);
      assertMemory(input, assignments);
    });
  }
});

/** Two variants on two classes, and queries of three objectives. */
function randomInput(seed: number): ClairvoyantInput {
  const rng = createSeededRng(seed);
  const between = (min: number, max: number): number => min + (max - min) * rng();
  const profile = (hardwareClass: string, ms: number) =>
    buildProfile(hardwareClass, { 1: ms, 8: 3 * ms }, { memoryMib: between(100, 400), loadMs: between(500, 8_000) });
  const counts = (rate: number): readonly number[] =>
    Array.from({ length: windows }, () => Math.round(10 * between(0.2, 2) * rate));
  return {
    registry: {
      tasks: [{ name: 'digits' }],
      variants: [
        buildVariant('small', 0.7, profile('cpu', between(5, 10)), profile('gpu', 1)),
        buildVariant('large', 0.9, profile('cpu', between(20, 40)), profile('gpu', 3)),
      ],
    },
    fleet: {
      classes: [
        { name: 'cpu', usdPerSlotHour: 0.05 },
        { name: 'gpu', usdPerSlotHour: between(0.5, 1.5) },
      ],
      workers: [
        { hardwareClass: 'cpu', count: 30, slots: 4, memoryMib: 1_000 },
        { hardwareClass: 'gpu', count: 4, slots: 1, memoryMib: 1_000 },
      ],
    },
    demand: {
      windowMs,
      streams: [buildStream(counts(200), 300), buildStream(counts(40), 300, 0.8), buildStream(counts(20), 50)],
    },
  };
}

/** Returns the cost of the workers while they hold a replica. */
function hostCost({ fleet }: ClairvoyantInput, assignments: readonly TimedAssignment[]): number {
  const hosts = fleet.workers.flatMap((workers) => Array.from({ length: workers.count }, () => workers));
  return hosts.reduce((usd, { hardwareClass, slots }, index) => {
    const price = fleet.classes.find(({ name }) => name === hardwareClass)?.usdPerSlotHour ?? 0;
    let heldMs = 0;
    let untilMs = -Infinity;
    for (const span of assignments.filter(({ worker }) => worker === `w${index}`)) {
      heldMs += Math.max(0, span.untilMs - Math.max(untilMs, span.loadAtMs));
      untilMs = Math.max(untilMs, span.untilMs);
    }
    return usd + (price * slots * heldMs) / 3.6e6;
  }, 0);
}

/** Asserts that no worker holds more than its memory whenever a replica is loaded. */
function assertMemory({ registry, fleet }: ClairvoyantInput, assignments: readonly TimedAssignment[]): void {
  const hosts = fleet.workers.flatMap((workers) => Array.from({ length: workers.count }, () => workers));
  for (const { worker, loadAtMs } of assignments) {
    const host = hosts[Number(worker.slice(1))];
    const held = assignments
      .filter((one) => one.worker === worker && one.loadAtMs <= loadAtMs && one.untilMs > loadAtMs)
      .map(({ variant }) => registry.variants.find(({ name }) => name === variant))
      .map(
        (variant) => variant?.profiles.find((one) => one.hardwareClass === host?.hardwareClass)?.memoryMib ?? Infinity,
      );
    const usedMib = held.reduce((sum, memoryMib) => sum + memoryMib, 0);
    assert.ok(usedMib <= (host?.memoryMib ?? 0), `${worker} holds ${usedMib} MiB`);
  }
}
