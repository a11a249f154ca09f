// Sums over the last seconds, in buckets of half a second that expire one after another.

import type { Milliseconds } from '@pareto/core';

export interface SlidingBuckets<Sums> {
  /** Returns the sums of the current bucket, which the caller adds to. */
  current(now: Milliseconds): Sums;
  /** Returns the sums of the buckets that began within the span, the oldest first. */
  recent(now: Milliseconds): readonly Sums[];
  /** Returns when the next bucket of `recent` expires. Infinity if there is none. */
  expiresAt(now: Milliseconds): number;
}

const bucketMs = 500;

/**
 * Creates buckets without sums. A bucket begins when it is first used, not at a fixed time, so that each of the reports
 * that a router sends every second has its own bucket, and a span of whole seconds contains a constant number of them.
 */
export function createSlidingBuckets<Sums>(spanMs: number, createSums: () => Sums): SlidingBuckets<Sums> {
  const isRecent = ({ beganAt }: { readonly beganAt: Milliseconds }, now: Milliseconds): boolean =>
    now - beganAt < spanMs;
  /** The oldest bucket is first. There are at most `spanMs / bucketMs`. */
  let buckets: readonly { readonly beganAt: Milliseconds; readonly sums: Sums }[] = [];

  return {
    current(now) {
      const last = buckets.at(-1);
      if (last !== undefined && now - last.beganAt < bucketMs) return last.sums;
      const sums = createSums();
      buckets = [...buckets.filter((bucket) => isRecent(bucket, now)), { beganAt: now, sums }];
      return sums;
    },
    recent: (now) => buckets.filter((bucket) => isRecent(bucket, now)).map(({ sums }) => sums),
    expiresAt(now) {
      const oldest = buckets.find((bucket) => isRecent(bucket, now));
      return oldest === undefined ? Infinity : oldest.beganAt + spanMs;
    },
  };
}
