// Counts of latencies, in buckets whose width is a 32nd of their start. Exact on every platform, since it uses no logarithm.

/** Buckets of each doubling. */
const parts = 32;
const unitsPerMs = 1_000;
/** Latencies above 2^31 µs, which is 36 minutes, count as that long. */
const doublings = 31;
const buckets = parts * (doublings - 4);

export interface LatencyHistogram {
  add(ms: number): void;
  /** Adds the counts of another one. */
  addAll(other: LatencyHistogram): void;
  /** Returns a quantile in ms: the middle of its bucket. 0 without counts. */
  quantile(share: number): number;
  readonly counts: Float64Array;
}

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Float64Array(buckets);
  return {
    counts,
    add(ms) {
      const bucket = bucketOf(Math.min(2 ** doublings - 1, Math.round(ms * unitsPerMs)));
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    },
    addAll(other) {
      for (const [bucket, count] of other.counts.entries()) counts[bucket] = (counts[bucket] ?? 0) + count;
    },
    quantile(share) {
      let left = share * counts.reduce((sum, count) => sum + count, 0);
      if (left === 0) return 0;
      const found = counts.findIndex((count) => (left -= count) <= 0);
      return (startOf(found) + startOf(found + 1)) / 2 / unitsPerMs;
    },
  };
}

/** Latencies below `parts` units have a bucket each. Above, the leading bits select the bucket. */
function bucketOf(units: number): number {
  if (units < parts) return units;
  const shift = 26 - Math.clz32(units);
  return parts * shift + (units >>> shift);
}

/** Returns the least number of units in a bucket. */
function startOf(bucket: number): number {
  if (bucket < 2 * parts) return bucket;
  const shift = Math.floor(bucket / parts) - 1;
  return (bucket - parts * shift) * 2 ** shift;
}
