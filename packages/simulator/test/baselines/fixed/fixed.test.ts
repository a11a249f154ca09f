import assert from 'node:assert/strict';
import type { QueryStream } from '@pareto/workload';
import { createFixed } from '../../../src/baselines/fixed/fixed.js';
import type { FixedPreference } from '../../../src/baselines/fixed/pick-fixed.js';
import type { SimulationResult } from '../../../src/result/simulation-result.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { profileOn, variant, workersOn } from '../support/small-cluster.js';
import { smallScenario, steadyStream } from '../support/small-scenario.js';

const variants = [
  variant('small', 0.7, [profileOn('cpu', { 1: 10 })]),
  variant('large', 0.9, [profileOn('cpu', { 1: 50 })]),
];
const fleet = { classes: [{ name: 'cpu', usdPerSlotHour: 0.05 }], workers: [workersOn('cpu', 4, 2)] };
const durationMs = 60_000;
/** Cost of a host in this time: 2 slots. */
const usdPerHost = (2 * 0.05 * durationMs) / 3_600_000;

const run = (preference: FixedPreference, streams: readonly QueryStream[]): Promise<SimulationResult> =>
  simulate(smallScenario(variants, fleet, streams, durationMs), createFixed({ preference }), 1);
const steady = (ratePerSecond: number, latencyMs = 200, minAccuracy?: number): QueryStream =>
  steadyStream(latencyMs, [{ ratePerSecond, untilMs: durationMs }], minAccuracy);
const assertClose = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);

describe('the fixed baselines', () => {
  it('answer all queries at a low load with the most accurate variant', async () => {
    // 10/s × 50 ms / 0.8 = 0.6: a replica on one host.
    const { totals } = await run('most-accurate', [steady(10)]);
    assert.deepEqual([totals.asked, totals.onTime], [600, 600]);
    assertClose(totals.accuracySum / totals.answered, 0.9);
    assertClose(totals.usd, usdPerHost);
  });
  it('cost the hosts that the rate needs', async () => {
    // 40/s × 50 ms / 0.8 = 2.5: 3 replicas on 2 hosts.
    const { totals } = await run('most-accurate', [steady(40)]);
    assert.equal(totals.onTime, totals.asked);
    assertClose(totals.usd, 2 * usdPerHost);
  });
  it('answer with the cheapest variant that meets each floor', async () => {
    const { totals } = await run('cheapest', [steady(10), steady(10, 200, 0.8)]);
    assert.equal(totals.onTime, 1_200);
    assertClose(totals.accuracySum / totals.answered, (0.7 + 0.9) / 2);
    assertClose(totals.usd, usdPerHost);
  });
  it('drop what they cannot answer in time', async () => {
    // 8 slots answer 8 × 20/s of 320/s: half of the queries.
    const { totals } = await run('most-accurate', [steady(320)]);
    const share = totals.onTime / totals.asked;
    assert.ok(share > 0.48 && share <= 0.51, `${share}`);
    assert.equal(totals.late, 0);
    assert.equal(totals.onTime + totals.dropped, totals.asked);
  });
});
