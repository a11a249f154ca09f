// A quantile of the most recent samples.

import { Ring } from './ring.js';
import { selectSmallest } from './select-smallest.js';

export interface RecentQuantileParams {
  /** Share of the samples that are at most the quantile. */
  readonly share: number;
  /** Number of the last samples that count, and the time after which they do not count any more. */
  readonly samples: number;
  readonly memoryMs: number;
}

/** Number of samples after which the quantile is computed again. */
const stride = 64;
/** The samples of the quantile that is computed. */
let recent = new Float32Array(0);

/** A ring, rather than an object that has one: each is read for a query. */
export class RecentQuantile extends Ring {
  readonly #share: number;
  readonly #memoryMs: number;
  #quantile = -Infinity;
  #forgetAt = -Infinity;

  constructor({ share, samples, memoryMs }: RecentQuantileParams) {
    super(samples, memoryMs);
    this.#share = share;
    this.#memoryMs = memoryMs;
    if (recent.length < samples) recent = new Float32Array(samples);
  }

  /** Returns the quantile. Undefined without recent samples. */
  at(now: number): number | undefined {
    return now < this.#forgetAt ? this.#quantile : undefined;
  }

  observe(sample: number, now: number): void {
    this.add(sample, now);
    const isDue =
      now >= this.#forgetAt || this.count % stride === 0 || (this.count < stride && sample > this.#quantile);
    this.#forgetAt = now + this.#memoryMs;
    if (!isDue) return;
    const count = this.copy(recent, now);
    this.#quantile = selectSmallest(recent, count, Math.ceil(this.#share * count) - 1);
  }
}
