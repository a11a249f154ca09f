// A linear or integer program: the values of columns that minimise a cost and keep every row within its bounds.

/**
 * A program. It is an integer program if a column is an integer, and a linear one otherwise. The objective is the sum of cost times
 * value over the columns.
 */
export interface Program {
  /** `minimize` by default. */
  readonly sense?: 'minimize' | 'maximize';
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** A variable. */
export interface Column {
  readonly cost: number;
  /** 0 by default. May be -Infinity. */
  readonly lower?: number;
  /** Infinity by default. */
  readonly upper?: number;
  readonly isInteger?: boolean;
}

/** A constraint: `lower` ≤ sum of coefficient times value of the column ≤ `upper`. Columns that are not listed have coefficient 0. */
export interface Row {
  /** -Infinity by default. */
  readonly lower?: number;
  /** Infinity by default. */
  readonly upper?: number;
  /** Indices of columns, each at most once. */
  readonly columns: readonly number[];
  /** Coefficients of these columns, in the same order. */
  readonly coefficients: readonly number[];
}

export interface SolveOptions {
  /** CPU time of the process after which an integer program stops with its incumbent, and a linear program without a result. */
  readonly cpuMs: number;
  /** Time after which every program stops. An integer program has its incumbent then, unless it was between two checks of the time. */
  readonly wallMs: number;
  /**
   * Iterations of the simplex method after which the program stops, an integer program at the next of the points that HiGHS offers for
   * it. The same program with the same options stops in the same state on every machine, unless time runs out first.
   */
  readonly iterations?: number;
  /** Distance of an integer program's objective from the bound, as a fraction of the objective, that counts as optimal. 0.0001 by default. */
  readonly relativeGap?: number;
  /** Values of all columns from which an integer program starts. Has no effect if they violate a row. */
  readonly start?: readonly number[];
  readonly signal?: AbortSignal;
}
