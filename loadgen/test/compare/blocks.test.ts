import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { drawBlocks, effectiveBlocks } from '../../src/compare/blocks.js';

describe('drawBlocks', () => {
  it('draws blocks of the square root of the number of intervals, also across the end', () => {
    const draws = new Uint32Array(9);
    const starts = [0.99, 0.3, 0.3];
    drawBlocks(draws, () => starts.shift() ?? 0);
    assert.deepEqual([...draws], [1, 1, 2, 2, 2, 0, 0, 0, 1]);
  });

  it('draws as many intervals as there are, all equally often', () => {
    const rng = createSeededRng(1);
    const draws = new Uint32Array(23);
    const sums = new Float64Array(23);
    for (let resample = 0; resample < 10_000; resample++) {
      drawBlocks(draws, rng);
      assert.equal(
        draws.reduce((sum, each) => sum + each, 0),
        23,
      );
      draws.forEach((times, interval) => (sums[interval] = (sums[interval] ?? 0) + times / 10_000));
    }
    assert.ok(sums.every((mean) => Math.abs(mean - 1) < 0.06));
  });
});

describe('effectiveBlocks', () => {
  it('counts the blocks if they have equally many events', () => {
    assert.equal(effectiveBlocks(new Float64Array(100).fill(7)), 10);
  });

  it('counts a burst as one', () => {
    const burst = new Float64Array(100);
    burst.fill(50, 31, 36);
    assert.equal(effectiveBlocks(burst), 1);
    burst.fill(50, 71, 76);
    assert.equal(effectiveBlocks(burst), 2);
  });

  it('is unlimited without events', () => {
    assert.equal(effectiveBlocks(new Float64Array(100)), Infinity);
  });
});
