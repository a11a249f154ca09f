// Histograms of latencies with fixed buckets: routers count, and the controller sums the counts and reads quantiles.

/** Number of answers by latency bucket. */
export type LatencyCounts = ReadonlyMap<number, number>;

/** Upper bound of bucket 0. Bucket n ends at 2^(n/4) times this, so that quantiles are off by 9 % at most. */
const firstMs = 0.1;
const perDoubling = 4;
/** The last bucket also counts all longer latencies. */
const lastBucket = 96;

export function latencyBucket(ms: number): number {
  if (ms <= firstMs) return 0;
  return Math.min(lastBucket, Math.ceil(perDoubling * Math.log2(ms / firstMs)));
}

const endMs = (bucket: number): number => firstMs * 2 ** (bucket / perDoubling);

/** Returns a quantile in milliseconds, interpolated within its bucket. Undefined if the counts are empty. */
export function latencyQuantile(counts: LatencyCounts, quantile: number): number | undefined {
  const buckets = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = quantile * total;
  for (const [bucket, count] of buckets) {
    if (left <= count) {
      const startMs = bucket === 0 ? 0 : endMs(bucket - 1);
      return startMs + (endMs(bucket) - startMs) * (left / count);
    }
    left -= count;
  }
  return undefined;
}
