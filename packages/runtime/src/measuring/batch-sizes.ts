// Which batch sizes are measured.

const largestBatch = 64;

/** 1, 2, 4 … up to the ceiling and the ceiling itself, 64 at most; `maxBatch` 0: the model has no batch dimension. */
export function batchSizes(maxBatch: number): readonly number[] {
  const ceiling = Math.min(Math.max(1, maxBatch), largestBatch);
  const sizes: number[] = [];
  for (let size = 1; size < ceiling; size *= 2) sizes.push(size);
  return [...sizes, ceiling];
}

const mostBetween = 3;

/** Sizes halfway between measured ones, spread over them, to try a prediction at; none where there is no room. */
export function sizesBetween(measured: readonly number[]): readonly number[] {
  const middles = measured.slice(1).flatMap((above, index) => {
    const below = measured[index] ?? above;
    const middle = Math.floor((below + above) / 2);
    return middle > below && middle < above ? [middle] : [];
  });
  if (middles.length <= mostBetween) return middles;
  const spread = Array.from({ length: mostBetween }, (_, i) =>
    Math.round((i * (middles.length - 1)) / (mostBetween - 1)),
  );
  return spread.flatMap((index) => middles[index] ?? []);
}
