import assert from 'node:assert/strict';
import type { Objective } from '@pareto/core';
import type { BatchPreference } from '../../../src/baselines/accuracy-scaling/scalable-option.js';
import { objective, scalableOptions } from '../support/scaling.js';
import { profileOn, smallCluster, variant, workersOn } from '../support/small-cluster.js';

// Rates of small: 1 → 100/s, 4 → 200/s, 8 → 160/s, because the batch of 8 takes 50 ms. large: 1 → 25/s.
const cluster = smallCluster(
  [
    variant('small', 0.7, [profileOn('cpu', { 1: 10, 4: 20, 8: 50 })]),
    variant('large', 0.9, [profileOn('cpu', { 1: 40 })]),
  ],
  [workersOn('cpu', 1, 1)],
  { cpu: 0.05 },
);
const modes = (of: Objective, preference?: BatchPreference): readonly string[] =>
  scalableOptions(cluster, [of], preference).map(
    ({ variant: name, modes: [mode] }) => `${name} ${mode?.batch} at ${mode?.ratePerSecond}/s`,
  );

describe('listScalableOptions', () => {
  it('has the largest batch that takes less than half of the objective', () => {
    assert.deepEqual(modes(objective(200)), ['small 8 at 160/s', 'large 1 at 25/s']);
    // Half of the objective is the time of the batch of 8, and less than that of large.
    assert.deepEqual(modes(objective(100)), ['small 4 at 200/s', 'large 1 at 25/s']);
    assert.deepEqual(modes(objective(80)), ['small 4 at 200/s']);
  });
  it('has the batch with the highest rate, if that is preferred', () =>
    assert.deepEqual(modes(objective(200), 'fastest'), ['small 4 at 200/s', 'large 1 at 25/s']));
  it('has only options that reach the accuracy floor', () =>
    assert.deepEqual(modes(objective(200, 0.8)), ['large 1 at 25/s']));
  it('serves one query at a time where no batch takes less than half of the objective', () => {
    assert.deepEqual(modes(objective(60, 0.8)), ['large 1 at 25/s']);
    assert.deepEqual(modes(objective(30, 0.8)), []);
  });
});
