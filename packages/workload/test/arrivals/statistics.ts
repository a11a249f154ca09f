// Statistics of arrival times.

export const gapsOf = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((ms, index) => ms - (times[index] ?? 0));

/** Returns the coefficient of variation. */
export function variationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) / mean;
}

export const countBetween = (times: readonly number[], fromMs: number, toMs: number): number =>
  times.filter((ms) => ms >= fromMs && ms < toMs).length;
