import assert from 'node:assert/strict';
import type { QueryStream } from '@pareto/workload';
import { createProteus } from '../../../src/baselines/proteus/proteus.js';
import { simulate } from '../../../src/simulate/simulate.js';
import { openSolver } from '../support/open-solver.js';
import { changesOf, record } from '../support/recorded.js';
import { twoVariants } from '../support/scaling.js';
import { profileOn, variant, workersOn } from '../support/small-cluster.js';
import { smallScenario, steadyStream } from '../support/small-scenario.js';

const classes = [{ name: 'cpu', usdPerSlotHour: 0.05 }];

describe('the Proteus baseline', () => {
  const solver = openSolver();
  after(() => solver.close());

  it('steps down when the load rises and up again when it falls, on all devices', async () => {
    // Two devices with 25/s of large or 100/s of small. Planned for the mean of 33.3/s, and for 20/s, both are large. 60/s from 20 s on are
    // a burst, since they exceed 1.5 times the mean since the first query, which is 20 to 39/s. At 22 s, the average with the decay .7 is
    // .83 × 60 + .17 × 20 = 53.2/s, and 1.05 times as many are more than 50: one small makes room. At 42 s, it is 26.8/s. The replica that
    // is replaced serves until the new one has been loaded, which takes 1 s and a message.
    const phases = [
      { ratePerSecond: 20, untilMs: 20_000 },
      { ratePerSecond: 60, untilMs: 40_000 },
      { ratePerSecond: 20, untilMs: 60_000 },
    ];
    const recorded = record(createProteus());
    const fleet = { classes, workers: [workersOn('cpu', 2, 1)] };
    const scenario = smallScenario(twoVariants, fleet, [steadyStream(200, phases)], 60_000);
    const { totals, series } = await simulate(scenario, recorded.policy, 1, { solver });
    assert.deepEqual(changesOf(recorded), [
      [-30_000, 'large 2'],
      [22_000, 'large 2, small 1'],
      [24_000, 'large 1, small 1'],
      [42_000, 'large 2, small 1'],
      [44_000, 'large 2'],
    ]);
    // Until the small one is loaded, the large ones serve 50 of 60/s.
    for (const second of [5, 18, 26, 32, 46, 55])
      assert.equal(series.onTime[second], series.asked[second], `${second}`);
    assert.ok(Math.abs(totals.usd - (2 * 0.05) / 60) < 1e-9);
  });
  it('divides the queries as planned', async () => {
    // 63/s are planned: 25 of them on large, and 38 on small.
    const recorded = record(createProteus());
    const fleet = { classes, workers: [workersOn('cpu', 2, 1)] };
    const steady = steadyStream(200, [{ ratePerSecond: 60, untilMs: 20_000 }]);
    const { totals } = await simulate(smallScenario(twoVariants, fleet, [steady], 20_000), recorded.policy, 1, {
      solver,
    });
    assert.equal(totals.onTime, 1_200);
    const accuracy = totals.accuracySum / totals.answered;
    assert.ok(Math.abs(accuracy - (25 * 0.9 + 38 * 0.7) / 63) < 0.002, `${accuracy}`);
  });

  /** A device whose batches take 18 ms and 2 ms per query. */
  const batches = async (arrivals: readonly number[]): Promise<ReturnType<typeof record>['batches']> => {
    const recorded = record(createProteus());
    const model = variant('model', 0.8, [profileOn('cpu', { 1: 20, 2: 22, 4: 26 })]);
    const fleet = { classes, workers: [workersOn('cpu', 1, 1)] };
    const stream: QueryStream = { ...steadyStream(200, []), arrivals: () => arrivals };
    const { totals } = await simulate(smallScenario([model], fleet, [stream], 1_000), recorded.policy, 1, { solver });
    assert.equal(totals.onTime, arrivals.length);
    return recorded.batches;
  };
  it('waits for more queries as long as the first one can make it', async () => {
    // The first one has to leave the worker at 199.75 ms. With the second one, its batch takes 22 ms.
    assert.deepEqual(await batches([0, 10]), [{ at: 199.75, queries: 2 }]);
    // The third one, at 176 ms, would make the batch take 24 ms: from 176.25 to 200.25 ms.
    assert.deepEqual(await batches([0, 10, 176]), [
      { at: 198.25, queries: 2 },
      { at: 375.75, queries: 1 },
    ]);
  });
  it('starts a full batch immediately', async () => {
    assert.deepEqual(await batches([0, 1, 2, 3]), [{ at: 29.25, queries: 4 }]);
  });
  it('needs a solver', async () => {
    const scenario = smallScenario(twoVariants, { classes, workers: [workersOn('cpu', 1, 1)] }, [], 1_000);
    await assert.rejects(simulate(scenario, createProteus(), 1), /the policy proteus needs a solver/);
  });
});
