import assert from 'node:assert/strict';
import fc from 'fast-check';
import { batchCeiling, bucketOf, nextBatch } from '../../src/index.js';
import { profile } from '../support/candidates.js';

describe('batchCeiling', () => {
  const cases = [
    ['batches that pay', { 1: 1, 2: 1.2, 4: 1.5, 8: 2 }, 1000, 8],
    ['batches that gain nothing', { 1: 1, 2: 2, 4: 4 }, 1000, 1],
    ['pays up to a point', { 1: 1, 2: 1.2, 4: 2.4, 8: 5 }, 1000, 2],
    ['a disturbed measurement is no end', { 1: 1, 2: 9, 4: 1.2, 8: 1.4 }, 1000, 8],
    ['half the latency bounds it', { 1: 1, 2: 1.2, 4: 1.5, 8: 2 }, 3.2, 2],
    ['one even if too slow', { 1: 100 }, 10, 1],
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
    ['all that is queued', queue([1, 100], [1, 100]), { take: 2, expired: [] }],
    ['up to the ceiling', queue([3, 100], [1, 100], [1, 100]), { take: 2, expired: [] }],
    ['in order: none is overtaken', queue([3, 100], [2, 100], [1, 100]), { take: 1, expired: [] }],
    ['a large request alone', queue([9, 100], [1, 100]), { take: 1, expired: [] }],
    ['the expired are popped', queue([1, 5], [1, 100], [1, 10], [1, 100]), { take: 2, expired: [0, 2] }],
  ] as const;
  for (const [name, requests, expected] of cases) {
    it(name, () => assert.deepEqual(nextBatch(requests, 4, 10), expected));
  }

  it('takes no more than the ceiling unless it is one request, and never leaves an idle executor waiting', () => {
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
  it('is the next measured size that holds the batch', () => {
    const sizes = [1, 2, 4, 8];
    assert.deepEqual(
      [1, 2, 3, 5, 8, 9].map((items) => bucketOf(items, sizes)),
      [1, 2, 4, 8, 8, 9],
    );
    assert.equal(bucketOf(3, []), 3);
  });

  it('never cuts a batch, and is a size whenever one holds it', () => {
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
