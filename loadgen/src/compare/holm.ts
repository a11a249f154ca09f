/**
 * Adjusts probabilities for their number: the chance that any is at most `x` without a real difference is at most `x`.
 * Source: Holm 1979.
 */
export function adjustHolm(probabilities: readonly number[]): readonly number[] {
  const adjusted = [...probabilities];
  let least = 0;
  const ascending = [...probabilities.keys()].sort((i, j) => (probabilities[i] ?? 0) - (probabilities[j] ?? 0));
  ascending.forEach((index, rank) => {
    least = Math.min(1, Math.max(least, (probabilities.length - rank) * (probabilities[index] ?? 0)));
    adjusted[index] = least;
  });
  return adjusted;
}
