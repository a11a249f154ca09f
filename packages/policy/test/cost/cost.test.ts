import assert from 'node:assert/strict';
import fc from 'fast-check';
import { costBatch, costPer1k, p50At, p99At } from '../../src/index.js';
import { profile } from '../support/candidates.js';

const measured = profile({ 1: 2, 4: 5, 8: 8 });

describe('a profile between its points', () => {
  const cases = [
    [1, 2],
    [2, 3],
    [4, 5],
    [6, 6.5],
    [8, 8],
    [16, 16],
  ] as const;
  for (const [batch, expected] of cases) it(`batch ${batch}`, () => assert.equal(p50At(measured, batch), expected));
  it('never treats a smaller batch as slower than a larger one', () => {
    const disturbed = profile({ 1: 9, 2: 3, 4: 4 });
    assert.deepEqual(
      [1, 2, 3, 4].map((batch) => p50At(disturbed, batch)),
      [3, 3, 3.5, 4],
    );
  });
  it('never decreases with the batch size', () => {
    const points = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 70 }), (values, batch) => {
        const made = profile(Object.fromEntries(values.map((p50, i) => [2 ** i, p50])));
        assert.ok(p50At(made, batch) <= p50At(made, batch + 1) + 1e-9);
      }),
    );
  });
  it('interpolates the p99 too', () => assert.equal(p99At(measured, 8), 9.6));
});

describe('costPer1k', () => {
  it('is slot price × time per item at the quoted batch', () => {
    assert.equal(costBatch(measured, 13), 4);
    assert.ok(Math.abs(costPer1k(measured, 3.6, 1, 13) - 0.00125) < 1e-12);
  });
  it('never grows because larger batches were measured', () => {
    const slower = profile({ 1: 2, 2: 3, 4: 16 });
    assert.equal(costBatch(slower, 1_000), 2);
    const points = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 400 }), (values, latencyMs) => {
        const ascending = values.toSorted((a, b) => a - b);
        const costs = ascending.map((_, last) => {
          const sizes = ascending.slice(0, last + 1).map((p50, i) => [2 ** i, p50] as const);
          return costPer1k(profile(Object.fromEntries(sizes)), 1, 1, latencyMs);
        });
        assert.ok(costs.every((cost, index) => cost <= (costs[index - 1] ?? Infinity)));
      }),
    );
  });
  it('is infinite for a profile without points, whose latency is 0', () => {
    const empty = { ...measured, points: [] };
    assert.deepEqual([p50At(empty, 4), p99At(empty, 4), costPer1k(empty, 3.6, 1, 100)], [0, 0, Infinity]);
  });
  it('is quoted at batch 1 if no batch fits half the latency', () => assert.equal(costBatch(measured, 1), 1));
  it('grows with price, slots and time', () => {
    const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (usd, latencyMs) => {
        assert.ok(costPer1k(measured, usd, 2, latencyMs) > costPer1k(measured, usd, 1, latencyMs));
        assert.ok(costPer1k(measured, usd * 2, 1, latencyMs) > costPer1k(measured, usd, 1, latencyMs));
      }),
    );
  });
});
