// Quantiles of the standard normal distribution.

import { exactLog } from '@pareto/core';

const central = {
  numerator: [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ],
  denominator: [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
  ],
};
const tail = {
  numerator: [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  denominator: [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1],
};
/** Probability below which a quantile is in the tail. */
const tailShare = 0.02425;

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/**
 * Returns the quantile of the standard normal distribution for a probability in (0, 1), with a relative error of 1.2e-9. Source:
 * P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function", 2003.
 */
export function normalQuantile(probability: number): number {
  if (probability > 1 - tailShare) return -normalQuantile(1 - probability);
  if (probability < tailShare) {
    const q = Math.sqrt(-2 * exactLog(probability));
    return polynomial(tail.numerator, q) / polynomial(tail.denominator, q);
  }
  const q = probability - 0.5;
  const square = q * q;
  return (q * polynomial(central.numerator, square)) / polynomial(central.denominator, square);
}
