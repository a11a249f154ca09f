import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { createServiceEstimate } from '../../src/estimate/service-estimate.js';
import { profile } from '../support/candidates.js';

const near = (actual: number | undefined, expected: number, tolerance: number): void =>
  assert.ok(Math.abs((actual ?? NaN) - expected) <= tolerance * expected, `${actual} is not near ${expected}`);

const measured = profile({ 1: 10, 4: 20 });

describe('the service estimate', () => {
  it('is the profile before any batch has run, and unknown without one', () => {
    const estimate = createServiceEstimate();
    assert.equal(estimate.p50(1, 0), undefined);
    estimate.observe(1, 99, 0);
    estimate.setProfile(measured);
    assert.deepEqual([estimate.p50(1, 0), estimate.p50(4, 0)], [10, 20]);
    assert.deepEqual(estimate.correction(0), { typical: 1, slow: 1, interfered: false });
  });

  it('approaches the live median and 99th percentile, at every batch size', () => {
    const rng = createSeededRng(1);
    const estimate = createServiceEstimate();
    estimate.setProfile(measured);
    for (let i = 0; i < 5_000; i++) estimate.observe(1, rng() < 0.03 ? 60 : 14 + 2 * rng(), i);
    near(estimate.p50(1, 5_000), 15, 0.1);
    near(estimate.p50(4, 5_000), 30, 0.1);
    near(12 * estimate.correction(5_000).slow, 60, 0.15);
  });

  it('hardly changes by one bad sample, and recovers', () => {
    const estimate = createServiceEstimate();
    estimate.setProfile(measured);
    for (let i = 0; i < 50; i++) estimate.observe(1, 10, i);
    estimate.observe(1, 5_000, 51);
    near(estimate.p50(1, 51), 10, 0.05);
    near(estimate.correction(51).slow, 1, 0.1);
    for (let i = 0; i < 100; i++) estimate.observe(1, 10, 52 + i);
    near(estimate.correction(152).slow, 1, 0.1);
  });

  it('forgets its corrections while no batch runs, and when the profile is replaced', () => {
    const estimate = createServiceEstimate();
    estimate.setProfile(measured);
    for (let i = 0; i < 500; i++) estimate.observe(1, 80, i);
    near(estimate.p50(1, 500), 80, 0.05);
    near(estimate.p50(1, 500 + 60_000), 10, 0.01);
    estimate.setProfile(measured);
    near(estimate.p50(1, 500), 80, 0.05);
    estimate.setProfile(profile({ 1: 80 }));
    assert.equal(estimate.p50(1, 500), 80);
  });

  it('calls a replica Interfered after 10 s and 50 batches above 1.25 times the profile, until it recovers', () => {
    const estimate = createServiceEstimate();
    estimate.setProfile(measured);
    const run = (from: number, to: number, everyMs: number, tookMs: number): boolean => {
      for (let now = from; now < to; now += everyMs) estimate.observe(1, tookMs, now);
      return estimate.correction(to).interfered;
    };
    assert.equal(run(0, 20_000, 100, 12), false, 'slower, but not by enough');
    assert.equal(run(20_000, 29_000, 100, 16), false, 'not for long enough');
    assert.equal(run(29_000, 33_000, 100, 16), true);
    assert.equal(run(33_000, 34_000, 100, 12.2), true, 'not yet recovered');
    assert.equal(run(34_000, 36_000, 100, 10), false);
    assert.equal(run(36_000, 56_000, 500, 30), false, 'too few batches');
  });
});
