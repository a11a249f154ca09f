// A quantile of the most recent samples.

import { createRing } from './ring.js';

export interface RecentQuantile {
  /** Returns the quantile. Undefined without recent samples. */
  at(now: number): number | undefined;
  observe(sample: number, now: number): void;
}

export interface RecentQuantileParams {
  /** Share of the samples that are at most the quantile. */
  readonly share: number;
  /** Number of the last samples that count, and the time after which they do not count any more. */
  readonly samples: number;
  readonly memoryMs: number;
}

/** Number of samples after which the quantile is computed again, which takes 100 times as long as to add one. */
const stride = 64;

export function createRecentQuantile({ share, samples, memoryMs }: RecentQuantileParams): RecentQuantile {
  const ring = createRing(samples, memoryMs);
  let quantile = -Infinity;
  let forgetAt = -Infinity;
  return {
    at: (now) => (now < forgetAt ? quantile : undefined),
    observe(sample, now) {
      ring.add(sample, now);
      const isDue = now >= forgetAt || ring.count % stride === 0 || (ring.count < stride && sample > quantile);
      forgetAt = now + memoryMs;
      if (!isDue) return;
      const sorted = ring.sorted(now);
      quantile = sorted[Math.ceil(share * sorted.length) - 1] ?? sample;
    },
  };
}
