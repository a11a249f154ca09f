import { ok } from 'node:assert/strict';
import fc from 'fast-check';
import { exp, log, normalQuantile } from '../../src/numbers/exact-math.js';

describe('exact math', () => {
  it('computes exponentials and logarithms as precisely as the platform', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) => {
        const expected = Math.exp(x);
        ok(Math.abs(exp(x) - expected) <= 1e-14 * expected);
        ok(Math.abs(log(expected) - x) <= 1e-13);
      }),
    );
  });
  it('computes normal quantiles', () => {
    for (const [probability, expected] of [
      [0.5, 0],
      [0.95, 1.6448536269514722],
      [0.99, 2.3263478740408408],
      [0.9999, 3.719016485455709],
      [0.01, -2.3263478740408408],
    ] as const)
      ok(Math.abs(normalQuantile(probability) - expected) < 1e-8);
  });
});
