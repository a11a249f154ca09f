// Student's t distribution, through the normal distribution. Source of the approximation: Wallace 1959. From 3 degrees of
// freedom on, a probability of .05 is off by .0015 at most.

const shrink = (degrees: number): number => (8 * degrees + 1) / (8 * degrees + 3);

/** Returns the probability of a value at least as far from 0 as `t`. */
export const twoSidedP = (t: number, degrees: number): number =>
  normalTails(shrink(degrees) * Math.sqrt(degrees * Math.log1p(t ** 2 / degrees)));

/** Returns the value that 95 % of the distribution are nearer to 0 than. */
export const quantile95 = (degrees: number): number =>
  Math.sqrt(degrees * Math.expm1((1.959963984540054 / shrink(degrees)) ** 2 / degrees));

/** Returns the probability of a value at least as far from 0 as `z`. Source: Abramowitz and Stegun 1964, 7.1.26. */
function normalTails(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const coefficients = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return coefficients.reduce((sum, coefficient) => (sum + coefficient) * t, 0) * Math.exp(-(x ** 2));
}
