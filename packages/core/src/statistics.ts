// Small statistics used on both sides of a measurement.

/** Wilson score interval at 95 % for `hits` of `samples`. Source: Wilson 1927; z = 1.959964. Empty samples give [0, 1]. */
export function wilson95(hits: number, samples: number): readonly [lower: number, upper: number] {
  if (samples === 0) return [0, 1];
  const z = 1.959963984540054;
  const p = hits / samples;
  const denominator = 1 + (z * z) / samples;
  const centre = p + (z * z) / (2 * samples);
  const spread = z * Math.sqrt((p * (1 - p)) / samples + (z * z) / (4 * samples * samples));
  return [Math.max(0, (centre - spread) / denominator), Math.min(1, (centre + spread) / denominator)];
}

/** Nearest-rank percentile of ascending values; `fraction` in (0, 1]. NaN when there are none. */
export function percentile(ascending: ArrayLike<number>, fraction: number): number {
  if (ascending.length === 0) return Number.NaN;
  const rank = Math.min(ascending.length, Math.max(1, Math.ceil(fraction * ascending.length)));
  return ascending[rank - 1] ?? Number.NaN;
}
