import assert from 'node:assert/strict';
import type { ScalableOption } from '../../../src/baselines/accuracy-scaling/scalable-option.js';
import type { RouteWeights } from '../../../src/baselines/accuracy-scaling/weighted-route.js';
import { mostAccurateFirst } from '../../../src/baselines/loki/most-accurate-first.js';
import { objective, scalableOptions, twoVariants } from '../support/scaling.js';
import { smallCluster, workersOn } from '../support/small-cluster.js';

describe('mostAccurateFirst', () => {
  const objectives = [objective(200), objective(200, 0.8)];
  const options = scalableOptions(smallCluster(twoVariants, [workersOn('cpu', 1, 1)], { cpu: 0.05 }), objectives);
  const counts = (small: number, large: number): ReadonlyMap<ScalableOption, number> =>
    new Map(options.map((option) => [option, option.variant === 'small' ? small : large]));
  const listed = (weights: readonly RouteWeights[]): readonly (readonly (readonly [string, number])[])[] =>
    weights.map((own) => Array.from(own, ([{ variant }, rate]) => [variant, Math.round(rate)] as const));

  it('fills the most accurate variant first', () =>
    assert.deepEqual(listed(mostAccurateFirst(counts(1, 2), [70, 0], objectives)), [
      [
        ['large', 50],
        ['small', 20],
      ],
      [['large', 0]],
    ]));
  it('assigns the queries with the highest floor first', () =>
    assert.deepEqual(listed(mostAccurateFirst(counts(1, 2), [40, 30], objectives)), [
      [
        ['large', 20],
        ['small', 20],
      ],
      [['large', 30]],
    ]));
  it('divides evenly what exceeds the capacity', () =>
    assert.deepEqual(listed(mostAccurateFirst(counts(1, 1), [145, 0], objectives)), [
      [
        ['large', 35],
        ['small', 110],
      ],
      [['large', 0]],
    ]));
});
