import { ok } from 'node:assert/strict';
import { normalQuantile } from '../../src/numbers/normal-quantile.js';

describe('normalQuantile', () => {
  it('returns the quantiles of tables', () => {
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
