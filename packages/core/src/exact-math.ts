// Exponentials and logarithms whose bits do not depend on the version of V8, so that simulations and recorded decisions repeat exactly.
// They use only the operations whose results IEEE 754 defines.

const ln2 = 0.6931471805599453;
/** Exponents outside of which the result is 0 or infinite. */
const [leastExponent, greatestExponent] = [-745, 709];

/** Returns e to the power of x, with a relative error of about 1e-15. */
export function exactExp(x: number): number {
  if (x < leastExponent) return 0;
  if (x > greatestExponent) return Infinity;
  const doublings = Math.round(x / ln2);
  const rest = x - doublings * ln2;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 18; n += 1) {
    term *= rest / n;
    sum += term;
  }
  for (let n = 0; n < doublings; n += 1) sum *= 2;
  for (let n = 0; n > doublings; n -= 1) sum /= 2;
  return sum;
}

/** Returns the natural logarithm of a positive number, with an error of about 1e-15. */
export function exactLog(x: number): number {
  let rest = x;
  let doublings = 0;
  for (; rest > Math.SQRT2; doublings += 1) rest /= 2;
  for (; rest < Math.SQRT1_2; doublings -= 1) rest *= 2;
  const ratio = (rest - 1) / (rest + 1);
  const square = ratio * ratio;
  let power = ratio;
  let sum = 0;
  for (let n = 1; n <= 41; n += 2) {
    sum += power / n;
    power *= square;
  }
  return 2 * sum + doublings * ln2;
}

/** Returns 0.5 to the power of x: the share that is left after x half-lives. 0 for Infinity. */
export const halved = (x: number): number => exactExp(-ln2 * x);
