import assert from 'node:assert/strict';
import fc from 'fast-check';
import { batchCeiling, bucketOf, nextBatch } from '../../src/index.js';
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

describe('nextBatch', () => {
  const queue = (...entries: readonly (readonly [items: number, deadlineMs: number])[]) =>
    entries.map(([items, deadlineMs]) => ({ items, deadlineMs }));
  const cases = [
    ['an empty queue', queue(), { take: 0, expired: [] }],
    ['all queued requests', queue([1, 100], [1, 100]), { take: 2, expired: [] }],
    ['up to the ceiling', queue([3, 100], [1, 100], [1, 100]), { take: 2, expired: [] }],
    ['in order, without overtaking', queue([3, 100], [2, 100], [1, 100]), { take: 1, expired: [] }],
    ['a large request alone', queue([9, 100], [1, 100]), { take: 1, expired: [] }],
    ['expired requests are removed', queue([1, 5], [1, 100], [1, 10], [1, 100]), { take: 2, expired: [0, 2] }],
  ] as const;
  for (const [name, requests, expected] of cases) {
    it(name, () => assert.deepEqual(nextBatch(requests, 4, 10), expected));
  }

  it('stays within the ceiling unless it is one request, and is never empty while requests wait', () => {
    const requests = fc.array(
      fc.record({ items: fc.integer({ min: 1, max: 9 }), deadlineMs: fc.integer({ min: 0, max: 20 }) }),
    );
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 8 }), (queued, ceiling) => {
        const { take, expired } = nextBatch(queued, ceiling, 10);
        const live = queued.filter((_, place) => !expired.includes(place));
        const items = live.slice(0, take).reduce((sum, request) => sum + request.items, 0);
        assert.ok(items <= ceiling || take === 1);
        assert.equal(take > 0, live.length > 0);
        assert.ok(live.every((request) => request.deadlineMs > 10));
      }),
    );
  });
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
