// The batch sizes that models are measured at and warmed up for.

const maxMeasuredBatch = 64;

/** Returns 1, 2, 4 … and `maxBatch` itself, up to 64. A `maxBatch` of 0 means that the model has no batch dimension. */
export function batchSizes(maxBatch: number): readonly number[] {
  const ceiling = Math.min(Math.max(1, maxBatch), maxMeasuredBatch);
  const sizes: number[] = [];
  for (let size = 1; size < ceiling; size *= 2) sizes.push(size);
  return [...sizes, ceiling];
}
