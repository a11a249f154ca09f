import assert from 'node:assert/strict';
import { hardwareClassId } from '@pareto/core';
import type { QueryStream } from '@pareto/workload';
import { createInfaas, kindOf } from '../../../src/baselines/infaas/infaas.js';
import { defaultInfaasParams } from '../../../src/baselines/infaas/params.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { record, type Recorded } from '../support/recorded.js';
import { profileOn, variant, workersOn } from '../support/small-cluster.js';
import { smallScenario, steadyStream } from '../support/small-scenario.js';

const classes = [
  { name: 'cpu', usdPerSlotHour: 0.05 },
  { name: 't4', usdPerSlotHour: 0.5 },
];

/** Returns the times at which the planned number of replicas changes, from the first query on, with the number. */
function changes({ plans }: Recorded): readonly (readonly [number, number])[] {
  const counts = plans
    .filter(({ at }) => at > 0)
    .map(({ at, planned }) => [at, planned.reduce((sum, { count }) => sum + count, 0)] as const);
  return counts.filter(([, count], index) => count !== counts[index - 1]?.[1]);
}

describe('the INFaaS baseline', () => {
  it('scales up in the tick in which the demand passes 95 % of the capacity, and down after 10 ticks', async () => {
    // A replica, which is loaded before the first query, answers 10/s. 5/s, 12/s from 20 s on, and 5/s from 40 s on, as a mean of the last
    // second: 8.5/s at 20.5 s, and 12/s at 21 s, which is more than 9.5/s. One replica answers 10/s, so that two are too many
    // from 40.5 s on, at 8.5/s: the tenth tick is at 45 s.
    const variants = [variant('model', 0.8, [profileOn('cpu', { 1: 100 })])];
    const fleet = { classes, workers: [workersOn('cpu', 1, 2)] };
    const phases = [
      { ratePerSecond: 5, untilMs: 20_000 },
      { ratePerSecond: 12, untilMs: 40_000 },
      { ratePerSecond: 5, untilMs: 60_000 },
    ];
    const recorded = record(createInfaas());
    const stream = steadyStream(2_000, phases);
    const { totals } = await simulate(smallScenario(variants, fleet, [stream], 60_000), recorded.policy, 1);
    assert.deepEqual(changes(recorded), [
      [500, 1],
      [21_000, 2],
      [45_000, 1],
      // The simulation goes on for 10 s without queries: the last replica is too many from 61 s on.
      [65_500, 0],
    ]);
    assert.equal(totals.onTime, totals.asked);
  });
  // Batches of 1, 4 and 8 take 20, 50 and 90 ms: 50, 80 and 88.9/s.
  const onGpu = [variant('model', 0.8, [profileOn('t4', { 1: 20, 4: 50, 8: 90 }, { loadMs: 1_000 })])];
  const jumpTo = (ratePerSecond: number): QueryStream =>
    steadyStream(500, [
      { ratePerSecond: 10, untilMs: 10_000 },
      { ratePerSecond, untilMs: 40_000 },
    ]);
  it('replaces a variant on a GPU by that with the next larger batch', async () => {
    const recorded = record(createInfaas());
    const fleet = { classes, workers: [workersOn('t4', 1, 1)] };
    const { series } = await simulate(smallScenario(onGpu, fleet, [jumpTo(60)], 40_000), recorded.policy, 1);
    // 35/s in the second until 10.5 s, and 60/s, more than 50, in that until 11 s. The load takes 1 s. Then the smaller one is
    // unloaded.
    assert.deepEqual(changes(recorded).slice(0, 3), [
      [500, 1],
      [11_000, 2],
      [12_500, 1],
    ]);
    const sizes = (fromMs: number, toMs: number): readonly number[] =>
      recorded.batches.filter(({ at }) => at > fromMs && at < toMs).map(({ queries }) => queries);
    assert.equal(Math.max(...sizes(0, 12_000)), 1);
    assert.equal(Math.max(...sizes(12_500, 40_000)), 4);
    // The first queries find a replica that was loaded before.
    assert.equal(series.onTime[0], 10);
    for (const second of [20, 30, 38]) assert.equal(series.onTime[second], 60);
  });
  it('has another worker load a variant that is overloaded', async () => {
    // One worker needs a minute to make up for the load time of a larger batch, with 80 instead of 75/s.
    const recorded = record(createInfaas());
    const fleet = { classes, workers: [workersOn('t4', 2, 1)] };
    const { series } = await simulate(smallScenario(onGpu, fleet, [jumpTo(75)], 40_000), recorded.policy, 1);
    const planned = recorded.plans.find(({ at }) => at === 20_000)?.planned ?? [];
    assert.deepEqual([...new Set(planned.map(({ worker }) => worker))].toSorted(), ['w0', 'w1']);
    for (const second of [20, 30, 38]) assert.equal(series.onTime[second], 75);
  });
  it('loses fewer queries if flagged variants serve them while another one is loaded', async () => {
    const fleet = { classes, workers: [workersOn('t4', 2, 1)] };
    const scenario = smallScenario(onGpu, fleet, [jumpTo(75)], 20_000);
    const source = await simulate(scenario, createInfaas(), 1);
    const params = { ...defaultInfaasParams, waitsForLoads: false };
    const stronger = await simulate(scenario, createInfaas(params, 'stronger'), 1);
    // While it is loaded for 1 s, 90 % of 75/s wait for the other one in the source.
    assert.ok(stronger.totals.onTime > source.totals.onTime, `${stronger.totals.onTime} ${source.totals.onTime}`);
  });
  it('serves with the least slack of latency, whatever it costs', async () => {
    // Both meet the objective. The small one is loaded first, in 500 instead of 1,000 ms, and stays the only active one.
    const variants = [
      variant('small', 0.7, [profileOn('cpu', { 1: 20 }, { loadMs: 500 })]),
      variant('large', 0.9, [profileOn('cpu', { 1: 50 }, { loadMs: 1_000 })]),
    ];
    const fleet = { classes, workers: [workersOn('cpu', 1, 2)] };
    const low = steadyStream(1_000, [{ ratePerSecond: 5, untilMs: 20_000 }]);
    const { totals } = await simulate(smallScenario(variants, fleet, [low], 20_000), createInfaas(), 1);
    assert.ok(Math.abs(totals.accuracySum / totals.answered - 0.7) < 1e-9);
    // A stream with a floor has the large one loaded, which then answers all.
    const floor = steadyStream(2_000, [{ ratePerSecond: 5, untilMs: 20_000 }], 0.8);
    const both = await simulate(smallScenario(variants, fleet, [floor, low], 20_000), createInfaas(), 1);
    const [, second] = both.streams;
    assert.ok((second?.totals.accuracySum ?? 0) / (second?.totals.answered ?? 1) > 0.85);
  });
  it('rejects queries that no variant can meet', async () => {
    const variants = [variant('model', 0.8, [profileOn('cpu', { 1: 100 })])];
    const fleet = { classes, workers: [workersOn('cpu', 1, 2)] };
    const stream = steadyStream(50, [{ ratePerSecond: 5, untilMs: 10_000 }]);
    const { totals } = await simulate(smallScenario(variants, fleet, [stream], 10_000), createInfaas(), 1);
    assert.deepEqual([totals.rejected, totals.usd], [50, 0]);
  });
});

describe('kindOf', () => {
  const kinds = ['cpu', 'm5.2xlarge', 'c7a.2xlarge', 'inf1.2xlarge', 't4', 'v100', 'a100', 'p3.2xlarge'].map((name) =>
    kindOf(hardwareClassId(`cpu/${name}/none`)),
  );
  it('is that of the name of the class', () =>
    assert.deepEqual(kinds, ['cpu', 'cpu', 'cpu', 'inferentia', 'gpu', 'gpu', 'gpu', 'gpu']));
});
