// Figures over the seeds of a policy.

/** Mean and range of the seeds for which a figure is defined. NaN if there are none. */
export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  const values = figures.filter((figure) => Number.isFinite(figure));
  if (values.length === 0) return { mean: NaN, min: NaN, max: NaN };
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, min: Math.min(...values), max: Math.max(...values) };
}
