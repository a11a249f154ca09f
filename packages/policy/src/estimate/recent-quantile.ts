// A quantile of the most recent samples.

import { createRing } from './ring.js';

export interface RecentQuantile {
  /** Returns the quantile. Undefined without recent samples. */
  at(now: number): number | undefined;
  observe(sample: number, now: number): void;
}

interface RecentQuantileParams {
  /** Share of the samples that are at most the quantile. */
  readonly share: number;
  /** Number of the last samples that count, and the time after which they do not count any more. */
  readonly samples: number;
  readonly memoryMs: number;
}

/** Number of samples after which the quantile is computed again. A larger sample is considered immediately. */
const stride = 16;

export function createRecentQuantile({ share, samples, memoryMs }: RecentQuantileParams): RecentQuantile {
  const ring = createRing(samples, memoryMs);
  let quantile = -Infinity;
  let forgetAt = -Infinity;
  return {
    at: (now) => (now < forgetAt ? quantile : undefined),
    observe(sample, now) {
      ring.add(sample, now);
      const isDue = now >= forgetAt || ring.count % stride === 0;
      forgetAt = now + memoryMs;
      if (!isDue && sample <= quantile) return;
      const sorted = ring.sorted(now);
      quantile = sorted[Math.ceil(share * sorted.length) - 1] ?? sample;
    },
  };
}
