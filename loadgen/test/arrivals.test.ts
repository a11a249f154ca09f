import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { planArrivals } from '../src/index.js';

describe('arrivals', () => {
  it('are evenly spaced when constant', () => {
    const times = planArrivals('constant', 4, 1000, createSeededRng(1));
    assert.deepEqual([...times], [0, 250, 500, 750]);
  });

  it('have the rate and exponential gaps when Poisson', () => {
    const times = planArrivals('poisson', 100, 100_000, createSeededRng(7));
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    assert.ok(Math.abs(times.length - 10_000) < 300, `${times.length}`);
    assert.ok(Math.abs(mean - 10) < 0.3, `${mean}`);
    assert.ok(Math.abs(deviation / mean - 1) < 0.05, `${deviation / mean}`);
  });

  it('are the same for a seed', () => {
    assert.deepEqual(
      planArrivals('poisson', 10, 1000, createSeededRng(3)),
      planArrivals('poisson', 10, 1000, createSeededRng(3)),
    );
  });
});
