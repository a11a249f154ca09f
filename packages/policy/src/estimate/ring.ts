// The most recent samples, also in order of size, in arrays that are created with the first one.

const none = new Float32Array(0);
const noTimes = new Float64Array(0);

export class Ring {
  /** Number of samples so far. */
  count = 0;
  readonly #size: number;
  readonly #memoryMs: number;
  /** The samples that are kept, with their times. That of number `count` is at `count % size`. */
  #values: Float32Array = none;
  #times: Float64Array = noTimes;
  /** The same samples, the smallest first. */
  #sorted: Float32Array = none;
  #kept = 0;

  /** `size`: number of the last samples that are kept. `memoryMs`: time for which each is. */
  constructor(size: number, memoryMs: number) {
    this.#size = size;
    this.#memoryMs = memoryMs;
  }

  add(sample: number, now: number): void {
    if (this.#values === none) this.#allocate();
    this.#forget(now);
    const index = this.count % this.#size;
    const place = this.#kept === this.#size ? this.#placeOf(index) : this.#kept++;
    this.#values[index] = sample;
    this.#times[index] = now;
    this.count += 1;
    this.#replace(place, this.#values[index] ?? 0);
  }

  /** Returns the recent samples, the smallest first. They change with the next sample. */
  sorted(now: number): Float32Array {
    this.#forget(now);
    return this.#sorted.subarray(0, this.#kept);
  }

  #allocate(): void {
    this.#values = new Float32Array(this.#size);
    this.#times = new Float64Array(this.#size);
    this.#sorted = new Float32Array(this.#size);
  }

  #forget(now: number): void {
    while (this.#kept > 0) {
      const oldest = (this.count - this.#kept) % this.#size;
      if (now - (this.#times[oldest] ?? 0) < this.#memoryMs) return;
      this.#replace(this.#placeOf(oldest), Infinity);
      this.#kept -= 1;
    }
  }

  /** Returns the place of a sample in the order of size. */
  #placeOf(index: number): number {
    const value = this.#values[index] ?? 0;
    let [low, high] = [0, this.#kept - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Replaces the sample at a place, and moves the new one to where it belongs. */
  #replace(place: number, value: number): void {
    const sorted = this.#sorted;
    const last = this.#kept - 1;
    let at = place;
    for (; at > 0 && (sorted[at - 1] ?? 0) > value; at--) sorted[at] = sorted[at - 1] ?? 0;
    for (; at < last && (sorted[at + 1] ?? 0) < value; at++) sorted[at] = sorted[at + 1] ?? 0;
    sorted[at] = value;
  }
}
