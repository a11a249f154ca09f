// Quantises a matrix of weights to 8 bits, symmetric around zero, with a scale per column.

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Finite values, row by row, or column by column if transposed. */
  readonly values: Float32Array;
  readonly transposed: boolean;
}

/** Returns the distance from a value to the one in the next row and in the next column. */
export const stridesOf = ({ rows, columns, transposed }: Matrix): Readonly<{ row: number; column: number }> =>
  transposed ? { row: 1, column: rows } : { row: columns, column: 1 };

/** Returns the scale of each column, with which its largest weight is 127. The scale of a column of zeros is 1. */
export function columnScales(matrix: Matrix): Float32Array {
  const { row, column } = stridesOf(matrix);
  const scales = new Float32Array(matrix.columns);
  for (let k = 0; k < matrix.rows; k++) {
    for (let n = 0; n < matrix.columns; n++) {
      const weight = Math.abs(matrix.values[k * row + n * column] ?? 0);
      if (weight > (scales[n] ?? 0)) scales[n] = weight;
    }
  }
  // Products of smaller scales may be too small for a float.
  return scales.map((max) => (max / 127 < minScale ? 1 : max / 127));
}

const minScale = 2 ** -80;

/**
 * Returns the weights as multiples of their column's scale, in the order of rows or, with `by` 'column', of columns.
 */
export function quantiseMatrix(matrix: Matrix, scales: Float32Array, by: 'row' | 'column' = 'row'): Int8Array {
  const { row, column } = stridesOf(matrix);
  const { rows, columns, values } = matrix;
  const to = by === 'row' ? { row: columns, column: 1 } : { row: 1, column: rows };
  const quantised = new Int8Array(rows * columns);
  for (let k = 0; k < rows; k++) {
    for (let n = 0; n < columns; n++) {
      const steps = Math.round((values[k * row + n * column] ?? 0) / (scales[n] ?? 1));
      quantised[k * to.row + n * to.column] = Math.max(-127, Math.min(127, steps));
    }
  }
  return quantised;
}

/** Returns the sum of each column of quantised weights, in the order of rows. */
export function columnSums(values: Int8Array, columns: number): Int32Array {
  const sums = new Int32Array(columns);
  for (const [index, value] of values.entries()) {
    const column = index % columns;
    sums[column] = (sums[column] ?? 0) + value;
  }
  return sums;
}
