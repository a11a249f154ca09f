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

export class RecentQuantile {
  readonly #share: number;
  readonly #memoryMs: number;
  readonly #ring: Ring;
  #quantile = -Infinity;
  #forgetAt = -Infinity;

  constructor({ share, samples, memoryMs }: RecentQuantileParams) {
    this.#share = share;
    this.#memoryMs = memoryMs;
    this.#ring = new Ring(samples, memoryMs);
    if (recent.length < samples) recent = new Float32Array(samples);
  }

  /** Returns the quantile. Undefined without recent samples. */
  at(now: number): number | undefined {
    return now < this.#forgetAt ? this.#quantile : undefined;
  }

  observe(sample: number, now: number): void {
    const ring = this.#ring;
    ring.add(sample, now);
    const isDue =
      now >= this.#forgetAt || ring.count % stride === 0 || (ring.count < stride && sample > this.#quantile);
    this.#forgetAt = now + this.#memoryMs;
    if (!isDue) return;
    const count = ring.copy(recent, now);
    this.#quantile = selectSmallest(recent, count, Math.ceil(this.#share * count) - 1);
  }
}
