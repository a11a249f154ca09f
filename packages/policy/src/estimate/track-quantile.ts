// Tracking of a quantile of positive samples, one sample at a time.

/**
 * Returns the next estimate of a quantile after one sample. The logarithm of the estimate moves by `step` times the
 * quantile towards a larger sample, and by `step` times the rest towards a smaller one, so that one extreme sample
 * hardly changes it. Source: Robbins and Monro 1951, "A stochastic approximation method".
 */
export function trackQuantile(estimate: number, sample: number, quantile: number, step: number): number {
  if (sample === estimate) return estimate;
  return estimate * Math.exp(sample > estimate ? step * quantile : step * (quantile - 1));
}
