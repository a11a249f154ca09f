// Latencies counted in buckets whose bounds everybody knows: a router counts, the controller adds up and reads quantiles.

/** How many answers took so long, by bucket. */
export type LatencyCounts = ReadonlyMap<number, number>;

/** Bucket n ends at this times 2^(n/4): a quantile read from them is off by 9 % at most. */
const firstMs = 0.1;
const perDoubling = 4;
/** The last one takes what is longer. */
const lastBucket = 96;

export function latencyBucket(ms: number): number {
  if (ms <= firstMs) return 0;
  return Math.min(lastBucket, Math.ceil(perDoubling * Math.log2(ms / firstMs)));
}

const endMs = (bucket: number): number => firstMs * 2 ** (bucket / perDoubling);

/** In milliseconds, in proportion within its bucket; undefined when nothing was counted. */
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
