// Whether values satisfy a program.

import type { Program } from '@pareto/core';

/** Part of the magnitude of a row's terms by which a solver may violate it. */
const tolerance = 1e-6;

/** Returns whether finite values satisfy all rows, bounds and integers of a program, within the tolerance of solvers. */
export function isFeasible({ columns, rows }: Program, values: ArrayLike<number>): boolean {
  if (values.length !== columns.length) return false;
  for (const [index, { lower = 0, upper = Infinity, isInteger = false }] of columns.entries()) {
    const value = values[index] ?? NaN;
    if (!isWithin(value, lower, upper, Math.abs(value))) return false;
    if (isInteger && Math.abs(value - Math.round(value)) > tolerance * Math.max(1, Math.abs(value))) return false;
  }
  return rows.every(({ lower = -Infinity, upper = Infinity, columns: own, coefficients }) => {
    let [sum, magnitude] = [0, 0];
    for (const [at, column] of own.entries()) {
      const term = (values[column] ?? NaN) * (coefficients[at] ?? NaN);
      sum += term;
      magnitude += Math.abs(term);
    }
    return isWithin(sum, lower, upper, magnitude);
  });
}

/** Returns false for NaN. */
function isWithin(value: number, lower: number, upper: number, magnitude: number): boolean {
  const slack = tolerance * (1 + magnitude);
  return Number.isFinite(value) && value >= lower - slack && value <= upper + slack;
}
