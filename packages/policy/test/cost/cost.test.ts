import assert from 'node:assert/strict';
import fc from 'fast-check';
import { costBatch, costPer1k, p50At, profileAt } from '../../src/index.js';
import { profile } from '../support/candidates.js';

const measured = profile({ 1: 2, 4: 5, 8: 8 });

describe('profileAt', () => {
  const cases = [
    [1, 2],
    [2, 3],
    [4, 5],
    [6, 6.5],
    [8, 8],
    [16, 16],
  ] as const;
  for (const [batch, expected] of cases) it(`batch ${batch}`, () => assert.equal(p50At(measured, batch), expected));
  it('has the p99 too', () => assert.deepEqual(profileAt(measured, 8), { p50Ms: 8, p99Ms: 9.6 }));
});

describe('costPer1k', () => {
  it('is slot price × time per item at the batch it is quoted at', () => {
    assert.equal(costBatch(measured, 13), 4);
    assert.ok(Math.abs(costPer1k(measured, 3.6, 1, 13) - 0.00125) < 1e-12);
  });
  it('quotes batch 1 when nothing fits half the latency', () => assert.equal(costBatch(measured, 1), 1));
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
