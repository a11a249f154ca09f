// Chooses the batch sizes to measure.

const maxMeasuredBatch = 64;

/** Returns 1, 2, 4 … and `maxBatch` itself, up to 64. A `maxBatch` of 0 means that the model has no batch dimension. */
export function batchSizes(maxBatch: number): readonly number[] {
  const ceiling = Math.min(Math.max(1, maxBatch), maxMeasuredBatch);
  const sizes: number[] = [];
  for (let size = 1; size < ceiling; size *= 2) sizes.push(size);
  return [...sizes, ceiling];
}

const maxSizesBetween = 3;

/**
 * Returns sizes halfway between measured ones, evenly spread, at which to verify predictions. Empty if there are none.
 */
export function sizesBetween(measured: readonly number[]): readonly number[] {
  const middles = measured.slice(1).flatMap((above, index) => {
    const below = measured[index] ?? above;
    const middle = Math.floor((below + above) / 2);
    return middle > below && middle < above ? [middle] : [];
  });
  if (middles.length <= maxSizesBetween) return middles;
  const spread = Array.from({ length: maxSizesBetween }, (_, i) =>
    Math.round((i * (middles.length - 1)) / (maxSizesBetween - 1)),
  );
  return spread.flatMap((index) => middles[index] ?? []);
}
