// Finds what is malformed in a program or its options, before they are sent to HiGHS.

import type { Program, ProgramColumn, ProgramRow } from '@pareto/core';
import type { SolveOptions } from './solve-options.js';

/** HiGHS drops coefficients up to this magnitude without notice (its option `small_matrix_value`). */
const minCoefficient = 1e-9;
/** HiGHS rejects coefficients from this magnitude (its option `large_matrix_value`), and treats bounds from 1e20 as infinite. */
const maxMagnitude = 1e15;

/** Returns what is malformed. Undefined if the program and its options are well-formed. */
export function findProblem(program: Program, options: SolveOptions): string | undefined {
  return (
    optionProblem(options, program.columns.length) ??
    (program.columns.length === 0 ? 'the program has no column, and needs at least one' : undefined) ??
    firstProblem('column', program.columns, columnProblem) ??
    firstProblem('row', program.rows, rowCheck(program.columns.length))
  );
}

function firstProblem<T>(
  name: string,
  items: readonly T[],
  check: (item: T) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const problem = check(item);
    if (problem !== undefined) return `${name} ${index}: ${problem}`;
  }
  return undefined;
}

function optionProblem(options: SolveOptions, columns: number): string | undefined {
  const { cpuMs, wallMs, iterations = 1, relativeGap = 0, start } = options;
  for (const [name, value] of Object.entries({ cpuMs, wallMs })) {
    if (!(value > 0 && value < Infinity)) return `${name} is ${value}, and must be a positive number`;
  }
  if (!(Number.isSafeInteger(iterations) && iterations > 0))
    return `iterations is ${iterations}, and must be a positive integer`;
  if (!(relativeGap >= 0 && relativeGap < Infinity))
    return `relativeGap is ${relativeGap}, and must be a number from 0`;
  if (start !== undefined && start.length !== columns)
    return `start has ${start.length} values for ${columns} columns, and needs one for each`;
  const index = start?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  return index < 0 ? undefined : `start has the value ${start?.[index]} for column ${index}, and needs a finite one`;
}

function columnProblem({ cost, lower = 0, upper = Infinity }: ProgramColumn): string | undefined {
  if (!(Math.abs(cost) < maxMagnitude)) return `its cost is ${cost}, and must be between ±${maxMagnitude}`;
  return boundProblem(lower, upper);
}

/** Returns a function that checks rows one after another. */
function rowCheck(columns: number): (row: ProgramRow) => string | undefined {
  const lastRow = new Int32Array(columns);
  let rows = 0;
  return ({ lower = -Infinity, upper = Infinity, columns: indices, coefficients }) => {
    rows += 1;
    if (indices.length !== coefficients.length)
      return `it has ${coefficients.length} coefficients for ${indices.length} columns, and needs one for each`;
    for (const [position, column] of indices.entries()) {
      if (!(Number.isInteger(column) && column >= 0 && column < columns))
        return `it names column ${column}, and the columns are 0 to ${columns - 1}`;
      if (lastRow[column] === rows) return `it names column ${column} twice`;
      lastRow[column] = rows;
      const magnitude = Math.abs(coefficients[position] ?? NaN);
      if (!(magnitude === 0 || (magnitude > minCoefficient && magnitude < maxMagnitude)))
        return (
          `the coefficient of column ${column} is ${coefficients[position]}, and must be 0 or of a magnitude ` +
          `between ${minCoefficient} and ${maxMagnitude}; choose other units`
        );
    }
    return boundProblem(lower, upper);
  };
}

function boundProblem(lower: number, upper: number): string | undefined {
  if (!isBound(lower) || lower === Infinity)
    return `its lower bound is ${lower}, and must be between ±${maxMagnitude} or -Infinity`;
  if (!isBound(upper) || upper === -Infinity)
    return `its upper bound is ${upper}, and must be between ±${maxMagnitude} or Infinity`;
  return undefined;
}

const isBound = (value: number): boolean => Math.abs(value) < maxMagnitude || Math.abs(value) === Infinity;
