import assert from 'node:assert/strict';
import { milliseconds, resolveObjective, variantId, type PartialObjective } from '@pareto/core';
import { spreadDemand } from '../../src/place/needs/demand/spread-demand.js';
import type { TargetDemand } from '../../src/demand/demand-sums.js';
import { snapshot, variant, worker } from '../support/fixture.js';

const small = variant('a:int8', { p50Ms: 1, accuracy: 0.9 });
const large = variant('b:original', { p50Ms: 9, accuracy: 0.99 });
const world = snapshot({ variants: [small, large], workers: [worker('w', 500)] });

const demand = (
  target: string,
  objective: PartialObjective,
  answered: readonly (readonly [string, number])[] = [],
): TargetDemand => ({
  ...{ tenant: 'default', target, itemsPerSecond: 100, latestPerSecond: 0 },
  objective: resolveObjective({ latencyMs: milliseconds(500), ...objective }),
  answered: new Map(answered.map(([id, items]) => [variantId(id), items])),
});
const spread = (...demands: readonly TargetDemand[]) => [...spreadDemand(demands, world)];

describe('spreadDemand', () => {
  it('spreads the items over the variants that answered, in proportion', () => {
    const answered = [['a:int8', 30] as const, ['b:original', 10] as const];
    assert.deepEqual(spread(demand('digits', {}, answered)), [
      ['a:int8', 75],
      ['b:original', 25],
    ]);
  });

  it('counts the rate of the latest second if chance does not explain it', () => {
    const rates = [100, 121, 144, 400].map((latestPerSecond) =>
      spread({ ...demand('a', {}, [['a:int8', 9]]), latestPerSecond }).map(([, rate]) => rate),
    );
    assert.deepEqual(rates, [[100], [100], [120], [360]]);
  });

  it('counts queries that were all rejected, failed or held for the variant that selection would choose', () => {
    assert.deepEqual(spread(demand('digits', { minAccuracy: 0.8 })), [['a:int8', 100]]);
    assert.deepEqual(spread(demand('digits', { minAccuracy: 0.95 })), [['b:original', 100]]);
    assert.deepEqual(spread(demand('b', {})), [['b:original', 100]]);
    assert.deepEqual(spread(demand('a:int8', { minAccuracy: 0.95 })), [['a:int8', 100]]);
  });

  it('does not count what no variant can answer, nor unknown targets', () => {
    assert.deepEqual(spread(demand('digits', { minAccuracy: 0.999 }), demand('unknown', {})), []);
  });

  it('does not count for a variant that no worker can hold', () => {
    const huge = variant('c:original', { p50Ms: 0.1, accuracy: 0.9, memoryMib: 1_000 });
    const rates = spreadDemand([demand('digits', {})], { ...world, variants: [huge, small, large] });
    assert.deepEqual([...rates.keys()], ['a:int8']);
  });
});
