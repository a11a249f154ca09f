// The rates of one router over the last seconds.

import type { Milliseconds } from '@pareto/core';
import type { DemandAccumulator } from './demand-accumulator.js';
import type { DemandParams } from './demand-params.js';
import type { DemandEntry } from './demand-report.js';
import type { RecentDemand, DemandSums } from './demand-sums.js';
import { addRates, type RateSums, type WeightedRates } from './rate-sums.js';
import { createSlidingBuckets } from './sliding-buckets.js';

export interface RouterRates {
  /** Adds the entries of a report. */
  add(entries: readonly DemandEntry[], windowMs: Milliseconds, now: Milliseconds): void;
  /** Returns the demand over the span, and that of the latest second. */
  demand(now: Milliseconds): RecentDemand;
  /** Returns the rates by target over the span, in parts. */
  rates(now: Milliseconds): readonly WeightedRates[];
}

/** Sums of reports that arrived together, and the time that they cover. */
interface Bucket {
  demand: DemandSums;
  readonly rates: RateSums;
  windowMs: number;
}

/** A bucket of which a part counts. */
interface WeightedBucket {
  readonly bucket: Bucket;
  /** Part of the bucket that counts, between 0 and 1. */
  readonly weight: number;
}

/** Creates the rates of a router without reports. Between the calls, `accumulator` is empty and may be used elsewhere. */
export function createRouterRates(
  accumulator: DemandAccumulator,
  { rateMs, latestMs }: Pick<DemandParams, 'rateMs' | 'latestMs'>,
): RouterRates {
  const buckets = createSlidingBuckets<Bucket>(rateMs, () => ({
    ...{ demand: accumulator.take(), rates: new Map(), windowMs: 0 },
  }));
  /** Demand over the span, which is added up with each report, so that a control turn rarely has to. */
  let total = { mean: accumulator.take(), latest: accumulator.take(), expiresAt: Infinity };

  function addUp(now: Milliseconds): void {
    const recent = buckets.recent(now);
    for (const { bucket, weight } of latestOf(recent, rateMs)) accumulator.addSums(bucket.demand, weight);
    const mean = accumulator.take();
    const last = latestOf(recent, latestMs);
    const isWhole = last.reduce((sum, { bucket, weight }) => sum + weight * bucket.windowMs, 0) >= latestMs;
    if (isWhole)
      for (const { bucket, weight } of last) accumulator.addSums(bucket.demand, (weight * rateMs) / latestMs);
    total = { mean, latest: accumulator.take(), expiresAt: buckets.expiresAt(now) };
  }

  return {
    add(entries, windowMs, now) {
      const bucket = buckets.current(now);
      const perSecond = (shareOf(rateMs, windowMs) * 1000) / rateMs;
      bucket.windowMs += Math.min(rateMs, windowMs);
      accumulator.addSums(bucket.demand, 1);
      for (const entry of entries) {
        accumulator.addEntry(entry, perSecond);
        addRates(bucket.rates, entry, perSecond);
      }
      bucket.demand = accumulator.take();
      addUp(now);
    },
    demand(now) {
      if (now >= total.expiresAt) addUp(now);
      return total;
    },
    rates: (now) => latestOf(buckets.recent(now), rateMs).map(({ bucket: { rates }, weight }) => ({ rates, weight })),
  };
}

/**
 * Returns the latest buckets, which cover `spanMs` together, the last of them in part. Reports that were late arrive
 * with those after them, and would otherwise count as a higher rate.
 */
function latestOf(buckets: readonly Bucket[], spanMs: number): readonly WeightedBucket[] {
  const latest: WeightedBucket[] = [];
  let leftMs = spanMs;
  for (const bucket of buckets.toReversed()) {
    if (leftMs <= 0) break;
    const { windowMs } = bucket;
    latest.push({ bucket, weight: windowMs > leftMs ? leftMs / windowMs : 1 });
    leftMs -= windowMs;
  }
  return latest;
}

/**
 * Returns the share of a report's counts that falls into a span. A router reports the whole time without a controller in
 * one message.
 */
export const shareOf = (spanMs: number, windowMs: Milliseconds): number => (windowMs > spanMs ? spanMs / windowMs : 1);
