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
});
