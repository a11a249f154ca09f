// The uncertainty of a mean of several runs.

import { quantile95 } from '@pareto/loadgen';

/** Returns half of the width of the 95 % interval of the mean. */
export function halfWidth(values: readonly number[]): number {
  const { length } = values;
  if (length < 2) return NaN;
  const center = values.reduce((sum, value) => sum + value, 0) / length;
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (length - 1);
  return quantile95(length - 1) * Math.sqrt(variance / length);
}
