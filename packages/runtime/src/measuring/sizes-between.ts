// Chooses the batch sizes at which predictions are verified.

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
