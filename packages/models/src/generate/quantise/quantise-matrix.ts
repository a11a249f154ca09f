// A matrix of weights in 8 bits: symmetric around zero, with a scale for each column.

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Finite, row after row; when transposed, column after column. */
  readonly values: Float32Array;
  readonly transposed: boolean;
}

/** How far apart two neighbours in a row, and in a column, are. */
export const stridesOf = ({ rows, columns, transposed }: Matrix): Readonly<{ row: number; column: number }> =>
  transposed ? { row: 1, column: rows } : { row: columns, column: 1 };

/** What 1 is worth in each column, so that its greatest weight is 127; 1 where all are zero. */
export function columnScales(matrix: Matrix): Float32Array {
  const { row, column } = stridesOf(matrix);
  const scales = new Float32Array(matrix.columns);
  for (let k = 0; k < matrix.rows; k++) {
    for (let n = 0; n < matrix.columns; n++) {
      const weight = Math.abs(matrix.values[k * row + n * column] ?? 0);
      if (weight > (scales[n] ?? 0)) scales[n] = weight;
    }
  }
  // Products of smaller scales could be too small for a float.
  return scales.map((greatest) => (greatest / 127 < minScale ? 1 : greatest / 127));
}

const minScale = 2 ** -80;

/** Weights as multiples of the scales of their columns: row after row, or by `by` 'column' column after column. */
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
