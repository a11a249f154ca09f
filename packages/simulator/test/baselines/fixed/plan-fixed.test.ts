import assert from 'node:assert/strict';
import { milliseconds, resolveObjective, type Objective } from '@pareto/core';
import { pickFixed } from '../../../src/baselines/fixed/pick-fixed.js';
import { planFixed, type FixedDemand } from '../../../src/baselines/fixed/plan-fixed.js';
import { statedRate } from '../../../src/baselines/fixed/stated-rate.js';
import { listOptions, type VariantOption } from '../../../src/baselines/options/variant-option.js';
import { profileOn, smallCluster, variant, workersOn } from '../support/small-cluster.js';

const registry = [
  variant('small', 0.7, [profileOn('cpu', { 1: 10 }), profileOn('gpu', { 1: 2 })]),
  variant('medium', 0.8, [profileOn('cpu', { 1: 40 })]),
  variant('large', 0.9, [profileOn('cpu', { 1: 100 }), profileOn('gpu', { 1: 20 })]),
];
const prices = { cpu: 0.05, gpu: 0.5 };
const cluster = smallCluster(registry, [workersOn('cpu', 4, 2), workersOn('gpu', 1, 2)], prices);
const options = listOptions(cluster);
const objectiveOf = (latencyMs: number, minAccuracy?: number): Objective =>
  resolveObjective({ latencyMs: milliseconds(latencyMs), minAccuracy });

describe('pickFixed', () => {
  // USD per 1,000 queries are the price of an hour × the time of a query / 3,600. In thousandths: small 0.139 on cpu and
  // 0.278 on gpu, medium 0.556, large 1.389 on cpu and 2.778 on gpu.
  const cases = [
    ['cheapest', 200, undefined, 'small', 'cpu'],
    ['cheapest', 5, undefined, 'small', 'gpu'],
    ['cheapest', 200, 0.75, 'medium', 'cpu'],
    ['cheapest', 200, 0.85, 'large', 'cpu'],
    ['most-accurate', 200, undefined, 'large', 'cpu'],
    ['most-accurate', 50, undefined, 'large', 'gpu'],
    ['most-accurate', 15, undefined, 'small', 'cpu'],
    // No option meets both: the floor is kept, and the latency is not.
    ['cheapest', 15, 0.85, 'large', 'cpu'],
    // No option meets the floor.
    ['cheapest', 15, 0.95, 'small', 'cpu'],
  ] as const;
  for (const [preference, latencyMs, floor, name, on] of cases)
    it(`${preference} within ${latencyMs} ms${floor === undefined ? '' : ` and at least ${floor}`}`, () => {
      const picked = pickFixed(options, objectiveOf(latencyMs, floor), preference);
      assert.deepEqual([picked?.variant, picked?.hardwareClass], [name, `cpu/${on}/none`]);
    });
});

describe('planFixed', () => {
  const optionNamed = (name: string): VariantOption => {
    const found = options.find((one) => one.variant === name && one.hardwareClass === 'cpu/cpu/none');
    if (found === undefined) throw new Error(`there is no variant ${name}`);
    return found;
  };
  const demand = (name: string, ratePerSecond: number, latencyMs = 200): FixedDemand => ({
    ...{ option: optionNamed(name), latencyMs, ratePerSecond },
  });
  const plan = (...demands: readonly FixedDemand[]): readonly string[] =>
    planFixed(demands, cluster.workers, { maxUtilisation: 0.8 }).map(
      ({ option, worker }) => `${option.variant} ${worker.id}`,
    );

  it('sizes the replicas for the rate, on as few workers as possible', () => {
    // 200/s × 10 ms keep 2 replicas busy: 2 / 0.8 = 2.5, so 3 replicas, on 2 workers with 2 slots.
    assert.deepEqual(plan(demand('small', 200)), ['small w0', 'small w0', 'small w1']);
  });
  it('adds up what objectives with the same variant need', () => {
    // 100/s and 60/s: 1.6 busy replicas, 1.6 / 0.8 = 2.
    assert.deepEqual(plan(demand('small', 100), demand('small', 60, 300)), ['small w0', 'small w0']);
  });
  it('gives each option the same share of too few slots', () => {
    // small: 800/s × 10 ms / 0.8 = 10 replicas. medium: 100/s × 40 ms / 0.8 = 5. There are 8 slots. The replicas in the order
    // of index / count: small 0, medium 0, small .1, small .2, medium .2, small .3, small .4, medium .4 (of equal shares, the
    // order of the demands).
    const replicas = plan(demand('small', 800), demand('medium', 100));
    assert.equal(replicas.filter((one) => one.startsWith('small')).length, 5);
    assert.equal(replicas.filter((one) => one.startsWith('medium')).length, 3);
  });
  it('fills the slots if a rate is far beyond them', () => {
    const replicas = plan(demand('small', 1e15), demand('medium', 1));
    assert.deepEqual([replicas.length, replicas.filter((one) => one.startsWith('medium')).length], [8, 1]);
  });
  it('places again only the replicas of workers that are gone', () => {
    const { workers } = cluster;
    const without = workers.filter(({ id }) => id !== 'w0');
    const demands = [demand('small', 100), demand('medium', 20), demand('large', 8)];
    const name = (replicas: ReturnType<typeof planFixed>): readonly string[] =>
      replicas.map(({ option, worker }) => `${option.variant} ${worker.id}`).toSorted();
    const params = { maxUtilisation: 0.8 };
    const before = planFixed(demands, workers, params);
    const lost = planFixed(demands, without, params, before);
    const stay = name(before).filter((one) => !one.endsWith('w0'));
    assert.deepEqual(
      name(lost).filter((one) => stay.includes(one)),
      stay,
    );
    assert.equal(lost.length, before.length);
    assert.deepEqual(name(planFixed(demands, workers, params, lost)), name(lost));
  });
  it('places a variant on a slot of others rather than not at all', () => {
    const worker = smallCluster(registry, [workersOn('cpu', 1, 1)], prices).workers;
    const replicas = planFixed([demand('small', 1), demand('medium', 1)], worker, { maxUtilisation: 0.8 });
    assert.deepEqual(
      replicas.map(({ option }) => option.variant),
      ['small', 'medium'],
    );
  });
});

describe('statedRate', () => {
  // 3 queries in the first second from 1,000 ms on, 1 in the second one, none in the third, 2 in the fourth.
  const arrivals = [1_000, 1_400, 1_999, 2_000, 4_000, 4_999];
  it('is the mean', () => assert.equal(statedRate(arrivals, 1_000, 4_000, { kind: 'mean' }), 1.5));
  it('is the rate of the period with the most queries', () => {
    assert.equal(statedRate(arrivals, 1_000, 4_000, { kind: 'peak', periodMs: 1_000 }), 3);
    assert.equal(statedRate(arrivals, 1_000, 4_000, { kind: 'peak', periodMs: 2_000 }), 2);
  });
  it('is 0 without queries', () => assert.equal(statedRate([], 0, 4_000, { kind: 'mean' }), 0));
});
