import { ok } from 'node:assert/strict';
import { createSeededRng, percentile } from '@pareto/core';
import { createTimeTable, drawTime } from '../../src/times/time-table.js';

describe('createTimeTable', () => {
  for (const [name, p50Ms, p95Ms, p99Ms] of [
    ['a narrow body and a heavy tail', 10, 11, 20],
    ['a wide body', 10, 25, 36],
    ['no spread', 10, 10, 10],
  ] as const)
    it(`has the percentiles of a profile with ${name}`, () => {
      const [table, rng] = [createTimeTable({ p50Ms, p95Ms, p99Ms }), createSeededRng(1)];
      const times = Float64Array.from({ length: 200_000 }, () => drawTime(table, rng)).sort();
      for (const [share, expected] of [
        [0.5, p50Ms],
        [0.95, p95Ms],
        [0.99, p99Ms],
      ] as const) {
        const found = percentile(times, share);
        ok(Math.abs(found - expected) <= 0.02 * expected, `${found} instead of ${expected} at ${share}`);
      }
      ok((times[0] ?? 0) > 0);
    });

  it('has little spread below the median, and a heavy tail', () => {
    const table = createTimeTable({ p50Ms: 10, p95Ms: 25, p99Ms: 36 });
    const quantile = (share: number): number => drawTime(table, () => share);
    // 10 · 2.5^(0.25 · -1.2816 / 1.6449)
    ok(Math.abs(quantile(0.1) - 8.365) < 0.01);
    // 25 + 11 · ((0.05 / 0.001)^0.4 - 1) / ((0.05 / 0.01)^0.4 - 1)
    ok(Math.abs(quantile(0.999) - 71.03) < 0.01);
  });
});
