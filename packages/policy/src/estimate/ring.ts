// The most recent samples. One is added for each query, and few are read: so they are not kept in order of size, and are next to their
// times, in one array that is created with the first one.

const none = new Float64Array(0);

export class Ring {
  /** Number of samples so far. */
  count = 0;
  readonly #size: number;
  readonly #memoryMs: number;
  /** Numbers of each sample: its time, and its values. */
  readonly #width: number;
  /** The samples that are kept. That of number `count` is at `width * (count % size)`. */
  #cells: Float64Array = none;

  /** `size`: number of the last samples that are kept. `memoryMs`: time for which each is. `values`: number of values of a sample. */
  constructor(size: number, memoryMs: number, values = 1) {
    this.#size = size;
    this.#memoryMs = memoryMs;
    this.#width = 1 + values;
  }

  /** `other` is the second value, if samples have two. */
  add(sample: number, now: number, other = 0): void {
    if (this.#cells === none) this.#cells = new Float64Array(this.#size * this.#width);
    const cells = this.#cells;
    const at = this.#width * (this.count % this.#size);
    cells[at] = now;
    cells[at + 1] = sample;
    if (this.#width > 2) cells[at + 2] = other;
    this.count += 1;
  }

  /** Copies a value of the recent samples, the oldest first, and returns their number. The times must not be before those of others. */
  copy(into: Float32Array, now: number, value = 1): number {
    const cells = this.#cells;
    let copied = 0;
    for (let number = Math.max(0, this.count - this.#size); number < this.count; number++) {
      const at = this.#width * (number % this.#size);
      if (now - (cells[at] ?? 0) < this.#memoryMs) into[copied++] = cells[at + value] ?? 0;
    }
    return copied;
  }
}
