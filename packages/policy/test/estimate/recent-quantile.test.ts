import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecentQuantile } from '../../src/estimate/recent-quantile.js';

describe('a recent quantile', () => {
  it('is exceeded by as many of the last samples as asked, computed again after some of them', () => {
    const samples = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 64, maxLength: 300 });
    fc.assert(
      fc.property(samples, fc.constantFrom(0.5, 0.9, 0.99), (values, share) => {
        const quantile = new RecentQuantile({ share, samples: 64, memoryMs: 1_000 });
        const whole = values.slice(0, values.length - (values.length % 64));
        for (const [index, value] of whole.entries()) quantile.observe(value, index);
        const last = whole.slice(-64).toSorted((a, b) => a - b);
        const exact = last[Math.ceil(share * last.length) - 1];
        assert.equal(quantile.at(whole.length), exact);
      }),
    );
  });

  it('forgets with time', () => {
    const quantile = new RecentQuantile({ share: 0.9, samples: 64, memoryMs: 100 });
    assert.equal(quantile.at(0), undefined);
    quantile.observe(7, 0);
    quantile.observe(-3, 50);
    assert.equal(quantile.at(99), 7);
    quantile.observe(-4, 149);
    for (let i = 0; i < 64; i++) quantile.observe(-4, 150);
    assert.equal(quantile.at(150), -4);
    assert.equal(quantile.at(251), undefined);
  });
});
