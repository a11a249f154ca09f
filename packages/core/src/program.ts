// A linear or integer program: the values of columns that minimise a cost and keep every row within its bounds.

/**
 * A program. It is an integer program if a column is an integer, and a linear one otherwise. The objective is the sum of cost times
 * value over the columns.
 */
export interface Program {
  /** `minimize` by default. */
  readonly sense?: 'minimize' | 'maximize';
  readonly columns: readonly ProgramColumn[];
  readonly rows: readonly ProgramRow[];
}

/** A variable. */
export interface ProgramColumn {
  readonly cost: number;
  /** 0 by default. May be -Infinity. */
  readonly lower?: number;
  /** Infinity by default. */
  readonly upper?: number;
  readonly isInteger?: boolean;
}

/** A constraint: `lower` ≤ sum of coefficient times value of the column ≤ `upper`. Columns that are not listed have coefficient 0. */
export interface ProgramRow {
  /** -Infinity by default. */
  readonly lower?: number;
  /** Infinity by default. */
  readonly upper?: number;
  /** Indices of columns, each at most once. */
  readonly columns: readonly number[];
  /** Coefficients of these columns, in the same order. */
  readonly coefficients: readonly number[];
}
