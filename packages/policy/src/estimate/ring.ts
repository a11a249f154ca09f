// The most recent samples, in a ring that is created with the first one.

export interface Ring {
  /** Number of samples so far. */
  readonly count: number;
  add(sample: number, now: number): void;
  /** Returns the recent samples, the smallest first. */
  sorted(now: number): Float32Array;
}

/** `size`: number of the last samples that are kept. `memoryMs`: time for which each is. */
export function createRing(size: number, memoryMs: number): Ring {
  let values = new Float32Array(0);
  let times = new Float64Array(0);
  const ring = {
    count: 0,
    add(sample: number, now: number): void {
      if (values.length === 0) [values, times] = [new Float32Array(size), new Float64Array(size).fill(-Infinity)];
      const index = ring.count % size;
      values[index] = sample;
      times[index] = now;
      ring.count += 1;
    },
    sorted(now: number): Float32Array {
      let recent = 0;
      const kept = new Float32Array(values.length);
      // Iterators take several times as long.
      for (let index = 0; index < values.length; index++)
        if (now - (times[index] ?? 0) < memoryMs) kept[recent++] = values[index] ?? 0;
      return kept.subarray(0, recent).sort();
    },
  };
  return ring;
}
