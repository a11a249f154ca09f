import assert from 'node:assert/strict';
import fc from 'fast-check';
import { batchCeiling, bucketOf } from '../../src/index.js';
import { profile } from '../support/candidates.js';

describe('batchCeiling', () => {
  const cases = [
    ['batches that save time per item', { 1: 1, 2: 1.2, 4: 1.5, 8: 2 }, 1000, 8],
    ['batches that save no time per item', { 1: 1, 2: 2, 4: 4 }, 1000, 1],
    ['batches that save time up to a size', { 1: 1, 2: 1.2, 4: 2.4, 8: 5 }, 1000, 2],
    ['a noisy measurement does not end the search', { 1: 1, 2: 9, 4: 1.2, 8: 1.4 }, 1000, 8],
    ['half the latency limits the batch', { 1: 1, 2: 1.2, 4: 1.5, 8: 2 }, 3.2, 2],
    ['batch 1 even if it is too slow', { 1: 100 }, 10, 1],
  ] as const;
  for (const [name, points, latencyMs, expected] of cases) {
    it(name, () => assert.equal(batchCeiling(profile(points), latencyMs), expected));
  }
});

describe('bucketOf', () => {
  it('returns the smallest measured size that is large enough', () => {
    const sizes = [1, 2, 4, 8];
    assert.deepEqual(
      [1, 2, 3, 5, 8, 9].map((items) => bucketOf(items, sizes)),
      [1, 2, 4, 8, 8, 9],
    );
    assert.equal(bucketOf(3, []), 3);
  });

  it('never cuts a batch, and returns a measured size if one is large enough', () => {
    const size = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(size, fc.array(size), (items, sizes) => {
        const bucket = bucketOf(items, sizes);
        const holding = sizes.filter((one) => one >= items);
        assert.equal(bucket, holding.length === 0 ? items : Math.min(...holding));
      }),
    );
  });
});
