import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import { addCounts, createLatencyTally, quantileMs } from '../../src/tally/latency-tally.js';

describe('latency tally', () => {
  it('keeps each latency within 1 %', () => {
    for (const ms of [0.001, 0.5, 1, 7.77, 123.4, 60_000]) {
      const counts = createLatencyTally();
      counts.record(ms);
      const [[us, count] = [NaN, 0]] = counts.list();
      assert.equal(count, 1);
      assert.ok(Math.abs(us / 1000 - ms) <= Math.max(0.0005, 0.01 * ms), `${us} µs for ${ms} ms`);
    }
  });

  it('returns the quantiles of all recorded latencies', () => {
    const rng = createSeededRng(1);
    const latencies = Array.from({ length: 5_000 }, () => 1 + 99 * rng());
    const [first, second] = [createLatencyTally(), createLatencyTally()];
    latencies.forEach((ms, index) => (index % 3 === 0 ? first : second).record(ms));
    const sum = addCounts([first.list(), second.list()]);
    const sorted = latencies.toSorted((a, b) => a - b);
    for (const quantile of [0.01, 0.5, 0.9, 0.99, 1]) {
      const exact = sorted[Math.ceil(quantile * 5_000) - 1] ?? NaN;
      const found = quantileMs(sum, quantile);
      assert.ok(Math.abs(found / exact - 1) < 0.011, `${found} instead of ${exact}`);
    }
  });

  it('has no quantiles without requests', () => {
    assert.ok(Number.isNaN(quantileMs([], 0.5)));
  });
});
