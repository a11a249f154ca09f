import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { createCluster } from '../../../src/index.js';
import type { ClairvoyantInput, StreamDemand } from '../../../src/baselines/clairvoyant/demand/count-demand.js';
import { defaultFeasibleParams } from '../../../src/baselines/clairvoyant/feasible/params.js';
import { planFeasible } from '../../../src/baselines/clairvoyant/feasible/plan-feasible.js';
import { plannedPolicy } from '../../../src/baselines/clairvoyant/feasible/timed-planner.js';
import { buildProfile, buildStream, buildVariant } from './support/build-input.js';
import { limits, openSolver } from '../support/open-solver.js';

describe('planFeasible', () => {
  const solver = openSolver();
  after(() => solver.close());

  /**
   * Workers of 2 slots and 250 MiB: three of `cpu` at 1 USD per hour (0.5 USD for a slot), and one of `gpu` at 6 USD.
   * A plan covers one window of 10 s and uses half of the time of a slot.
   *
   * - `small` (accuracy 0.7, 100 MiB, loaded in 2 s): 10 ms on `cpu`, so a replica answers 50 queries per second.
   * - `large` (accuracy 0.9, 200 MiB, loaded in 4 s): 50 ms on `cpu`, so 10 queries per second; 5 ms on `gpu`, so 100.
   */
  const registry: ClairvoyantInput['registry'] = {
    tasks: [{ name: 'digits' }],
    variants: [
      buildVariant('small', 0.7, buildProfile('cpu', { 1: 10 })),
      buildVariant(
        'large',
        0.9,
        buildProfile('cpu', { 1: 50 }, { memoryMib: 200, loadMs: 4_000 }),
        buildProfile('gpu', { 1: 5 }, { memoryMib: 200, loadMs: 4_000 }),
      ),
    ],
  };
  const fleet: ClairvoyantInput['fleet'] = {
    classes: [
      { name: 'cpu', usdPerSlotHour: 0.5 },
      { name: 'gpu', usdPerSlotHour: 3 },
    ],
    workers: [
      { hardwareClass: 'cpu', count: 3, slots: 2, memoryMib: 250 },
      { hardwareClass: 'gpu', count: 1, slots: 2, memoryMib: 250 },
    ],
  };
  const params = { ...defaultFeasibleParams, windowsPerPlan: 1, utilisation: 0.5, latencyShare: 0.5, relativeGap: 0 };
  const plan = (...streams: readonly StreamDemand[]) =>
    planFeasible(solver, { registry, fleet, demand: { windowMs: 10_000, streams } }, limits, params);

  it('loads whole replicas ahead, on as few workers as possible', async () => {
    // 60/s need two replicas of `small`, 160/s four, which fill two workers (2 x 100 of 250 MiB and 2 slots each), and 40/s one.
    const { assignments, unplaced, used } = await plan(buildStream([600, 1_600, 400], 100));
    assert.deepEqual([unplaced, used], [[], [2, 0]]);
    const variant = 'small';
    assert.deepEqual(assignments, [
      { variant, worker: 'w0', loadAtMs: -3_000, untilMs: 30_000 },
      { variant, worker: 'w0', loadAtMs: -3_000, untilMs: 20_000 },
      { variant, worker: 'w1', loadAtMs: 7_000, untilMs: 20_000 },
      { variant, worker: 'w1', loadAtMs: 7_000, untilMs: 20_000 },
    ]);
  });

  it('takes the cheapest workers that reach the accuracy floor', async () => {
    // 30/s with the floor need three replicas of `large` on `cpu`, each on a worker of its own (200 of 250 MiB): 3 USD. 60/s need more
    // workers than there are, so one replica on `gpu`, for 6 USD.
    const { assignments, used } = await plan(buildStream([300, 600], 100, 0.8));
    assert.deepEqual(used, [3, 1]);
    const variant = 'large';
    assert.deepEqual(assignments, [
      { variant, worker: 'w0', loadAtMs: -5_000, untilMs: 10_000 },
      { variant, worker: 'w1', loadAtMs: -5_000, untilMs: 10_000 },
      { variant, worker: 'w2', loadAtMs: -5_000, untilMs: 10_000 },
      { variant, worker: 'w3', loadAtMs: 5_000, untilMs: 20_000 },
    ]);
  });

  it('keeps a replica that is needed again before it could be loaded', async () => {
    // `large` would be loaded 5 s ahead. A pause of one window (10 s) is longer than that.
    const paused = await plan(buildStream([100, 0, 100], 100, 0.8));
    assert.deepEqual(
      paused.assignments.map(({ loadAtMs, untilMs }) => [loadAtMs, untilMs]),
      [
        [-5_000, 10_000],
        [15_000, 30_000],
      ],
    );
    const slow = {
      ...registry,
      variants: [buildVariant('slow', 0.7, buildProfile('cpu', { 1: 10 }, { loadMs: 9_000 }))],
    };
    const demand = { windowMs: 10_000, streams: [buildStream([100, 0, 100], 100)] };
    const kept = await planFeasible(solver, { registry: slow, fleet, demand }, limits, params);
    assert.deepEqual(kept.assignments, [{ variant: 'slow', worker: 'w0', loadAtMs: -10_000, untilMs: 30_000 }]);
  });

  it('misses what the fleet cannot serve', async () => {
    // 200/s with the floor: one replica of `large` on `gpu` and three on `cpu` answer 130/s.
    const { assignments } = await plan(buildStream([2_000], 100, 0.8));
    assert.deepEqual(assignments.map(({ worker }) => worker).sort(), ['w0', 'w1', 'w2', 'w3']);
  });
});

describe('plannedPolicy', () => {
  it('states the replicas of a time', () => {
    const variant = 'small';
    const policy = plannedPolicy('clairvoyant', [
      { variant, worker: 'w0', loadAtMs: -3_000, untilMs: 20_000 },
      { variant, worker: 'w0', loadAtMs: -3_000, untilMs: 10_000 },
      { variant, worker: 'w1', loadAtMs: 7_000, untilMs: 20_000 },
    ]);
    assert.ok(policy.kind === 'planned');
    const planner = policy.plan({
      ...{
        cluster: createCluster({ tasks: [], variants: [] }, { classes: [], workers: [] }),
        streams: [],
        objectives: [],
      },
      ...{ durationMs: 20_000, warmUpMs: 30_000, rng: createSeededRng(1), arrivals: () => [], solver: undefined },
    });
    const at = (now: number): unknown => planner.plan({ now, workers: [], replicas: [], arrived: [] });
    assert.deepEqual(at(26_999), []);
    assert.deepEqual(at(27_000), [{ variant, worker: 'w0', count: 2 }]);
    assert.deepEqual(at(37_000), [
      { variant, worker: 'w0', count: 2 },
      { variant, worker: 'w1', count: 1 },
    ]);
    assert.deepEqual(at(40_000), [
      { variant, worker: 'w0', count: 1 },
      { variant, worker: 'w1', count: 1 },
    ]);
    assert.deepEqual(at(50_000), []);
  });
});
