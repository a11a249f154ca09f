import { equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { createLatencyHistogram } from '../../src/result/latency-histogram.js';

describe('createLatencyHistogram', () => {
  it('returns quantiles within 1.6 % and half a microsecond', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2e6, noNaN: true }), (ms) => {
        const histogram = createLatencyHistogram();
        histogram.add(ms);
        const found = histogram.quantile(0.5);
        ok(Math.abs(found - ms) <= ms / 63 + 0.001, `${found} for ${ms}`);
      }),
    );
  });
  it('adds another one', () => {
    const [all, other] = [createLatencyHistogram(), createLatencyHistogram()];
    equal(all.quantile(0.99), 0);
    for (let ms = 1; ms <= 100; ms += 1) (ms % 2 === 0 ? all : other).add(ms);
    all.addAll(other);
    for (const [share, expected] of [
      [0.5, 50],
      [0.95, 95],
      [0.99, 99],
    ] as const)
      ok(Math.abs(all.quantile(share) - expected) <= expected / 32);
  });
});
