import assert from 'node:assert/strict';
import { createClipper } from '../../../src/baselines/clipper/clipper.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { record } from '../support/recorded.js';
import { profileOn, variant, workersOn } from '../support/small-cluster.js';
import { smallScenario, steadyStream } from '../support/small-scenario.js';

describe('the Clipper baseline', () => {
  it('increases its batches by 1 until one takes longer than the objective, and multiplies by 0.9 then', async () => {
    // A batch of n takes 10 n ms, and 1,000 queries arrive in a second, so that each batch is full. The objective is 100 ms: batches
    // grow to 11, which take 110 ms, and go on with floor(0.9 × 11) = 9.
    const fleet = { classes: [{ name: 'cpu', usdPerSlotHour: 0.05 }], workers: [workersOn('cpu', 1, 1)] };
    const variants = [variant('model', 0.8, [profileOn('cpu', { 1: 10, 32: 320 })])];
    const stream = steadyStream(100, [{ ratePerSecond: 1_000, untilMs: 3_000 }]);
    const { policy, batches } = record(createClipper({ preference: 'most-accurate' }));
    await simulate(smallScenario(variants, fleet, [stream], 3_000), policy, 1);
    const sizes = batches.map(({ queries }) => queries);
    assert.deepEqual(sizes.slice(0, 17), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 9, 10, 11, 9, 10, 11]);
  });
  it('answers all at a low load, one query at a time', async () => {
    const fleet = { classes: [{ name: 'cpu', usdPerSlotHour: 0.05 }], workers: [workersOn('cpu', 1, 1)] };
    const variants = [variant('model', 0.8, [profileOn('cpu', { 1: 10, 32: 320 })])];
    const stream = steadyStream(100, [{ ratePerSecond: 20, untilMs: 10_000 }]);
    const { policy, batches } = record(createClipper({ preference: 'cheapest' }));
    const { totals } = await simulate(smallScenario(variants, fleet, [stream], 10_000), policy, 1);
    assert.equal(totals.onTime, 200);
    assert.ok(batches.every(({ queries }) => queries === 1));
  });
  it('starts the queries that are due first', async () => {
    // 20 queries with a loose objective arrive at 0 s, and one that is due after 100 ms at 1 ms. It is in the second batch, after 10 ms.
    // In the order of arrival, it would be in the sixth, after 10 + 20 + 30 + 40 + 50 ms.
    const fleet = { classes: [{ name: 'cpu', usdPerSlotHour: 0.05 }], workers: [workersOn('cpu', 1, 1)] };
    const variants = [variant('model', 0.8, [profileOn('cpu', { 1: 10, 32: 320 })])];
    const loose = { ...steadyStream(10_000, []), arrivals: () => new Array<number>(20).fill(0) };
    const strict = { ...steadyStream(100, []), arrivals: () => [1] };
    const scenario = smallScenario(variants, fleet, [loose, strict], 1_000);
    const { streams } = await simulate(scenario, createClipper({ preference: 'cheapest' }), 1);
    assert.deepEqual(
      streams.map(({ totals }) => totals.onTime),
      [20, 1],
    );
  });
});
