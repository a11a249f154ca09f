// Limits and options of a solution.

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
  /**
   * Values of all columns from which an integer program starts. If they violate a row, only the integers count, with the best values of the
   * other columns for them. They have no effect if there are none.
   */
  readonly start?: readonly number[] | undefined;
  readonly signal?: AbortSignal;
}
