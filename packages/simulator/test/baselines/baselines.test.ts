import assert from 'node:assert/strict';
import { createBaselines } from '../../src/baselines/baselines.js';
import type { Fault } from '../../src/scenario/fault.js';
import { simulate } from '../../src/simulate/simulate.js';
import { poisson } from '../support/scenario.js';
import { openSolver } from './clairvoyant/support/open-solver.js';
import { profileOn, variant, workersOn } from './support/small-cluster.js';
import { smallScenario, steadyStream } from './support/small-scenario.js';

const variants = [
  variant('small', 0.7, [profileOn('cpu', { 1: 10, 8: 60 }), profileOn('t4', { 1: 3, 8: 10 })]),
  variant('large', 0.9, [profileOn('cpu', { 1: 80, 8: 600 }), profileOn('t4', { 1: 10, 8: 50 })]),
];
const fleet = {
  classes: [
    { name: 'cpu', usdPerSlotHour: 0.05 },
    { name: 't4', usdPerSlotHour: 0.5 },
  ],
  workers: [workersOn('cpu', 3, 2), workersOn('t4', 2, 1)],
};
const streams = [
  { ...steadyStream(100, []), arrivals: poisson(60) },
  { ...steadyStream(500, [], 0.8), arrivals: poisson(20) },
];
const faults: readonly Fault[] = [
  { kind: 'worker-fails', atMs: 5_000, worker: 'w0' },
  { kind: 'executor-dies', atMs: 8_000, worker: 'w3' },
  { kind: 'worker-leaves', atMs: 10_000, worker: 'w4' },
  { kind: 'worker-joins', atMs: 12_000, worker: 'w9', of: { hardwareClass: 't4', slots: 1, memoryMib: 8_192 } },
  { kind: 'slow-service', atMs: 14_000, untilMs: 16_000, factor: 3 },
];
const scenario = { ...smallScenario(variants, fleet, streams, 20_000), faults };

describe('the baselines', () => {
  const solver = openSolver();
  after(() => solver.close());
  it('have names of their own', () => {
    const names = createBaselines().map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
  for (const [index, policy] of createBaselines().entries())
    it(`${policy.name} gives the same result again, in which each query has one outcome`, async () => {
      const result = await simulate(scenario, policy, 7, { solver });
      assert.deepEqual(await simulate(scenario, policy, 7, { solver }), result);
      assert.deepEqual(await simulate(scenario, createBaselines()[index] ?? policy, 7, { solver }), result);
      const { asked, answered, onTime, late, inaccurate, rejected, dropped, unfinished } = result.totals;
      assert.equal(onTime + late + inaccurate, answered);
      assert.equal(answered + rejected + dropped + unfinished, asked);
      assert.ok(onTime > 0.5 * asked && onTime <= asked, `${onTime} of ${asked}`);
    });
});
