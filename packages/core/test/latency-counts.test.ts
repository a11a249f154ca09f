import assert from 'node:assert/strict';
import { latencyBucket, latencyQuantile } from '../src/latency-counts.js';

const count = (latencies: readonly number[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const ms of latencies) counts.set(latencyBucket(ms), (counts.get(latencyBucket(ms)) ?? 0) + 1);
  return counts;
};

describe('latency counts', () => {
  it('give quantiles within the width of a bucket', () => {
    const latencies = Array.from({ length: 1_000 }, (_, i) => 0.5 * 1.007 ** i).sort((a, b) => a - b);
    const counts = count(latencies);
    for (const quantile of [0.01, 0.5, 0.9, 0.99]) {
      const exact = latencies[Math.round(quantile * 1_000) - 1] ?? 0;
      const read = latencyQuantile(counts, quantile) ?? 0;
      assert.ok(Math.abs(read / exact - 1) < 0.1, `${quantile}: ${read} for ${exact}`);
    }
  });

  it('have no quantile when empty, and accept latencies out of bounds', () => {
    assert.equal(latencyQuantile(new Map(), 0.5), undefined);
    assert.equal(latencyBucket(0), 0);
    assert.equal(latencyBucket(1e12), latencyBucket(1e13));
  });
});
