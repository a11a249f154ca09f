import assert from 'node:assert/strict';
import { createWeightedRoute } from '../../../src/baselines/accuracy-scaling/weighted-route.js';
import { objective, scalableOptions, twoVariants } from '../support/scaling.js';
import { smallCluster, workersOn } from '../support/small-cluster.js';

describe('createWeightedRoute', () => {
  const [small, large] = scalableOptions(smallCluster(twoVariants, [workersOn('cpu', 1, 1)], { cpu: 0.05 }), [
    objective(200),
  ]);
  assert.ok(small !== undefined && large !== undefined);
  const both = new Set([small, large]);

  it('divides queries by the weights, evenly over time', () => {
    const route = createWeightedRoute();
    route.set([
      new Map([
        [small, 30],
        [large, 10],
      ]),
    ]);
    const order = Array.from({ length: 8 }, () => route.next(0, both)?.variant);
    assert.deepEqual(order, ['small', 'small', 'large', 'small', 'small', 'small', 'large', 'small']);
  });
  it('chooses among the given options that have a weight', () => {
    const route = createWeightedRoute();
    route.set([
      new Map([
        [small, 30],
        [large, 10],
      ]),
      new Map([[small, 1]]),
    ]);
    assert.equal(route.next(0, new Set([large])), large);
    assert.equal(route.next(1, new Set([large])), undefined);
    assert.equal(createWeightedRoute().next(0, both), undefined);
  });
});
