// The outcomes of solving a program.

export type SolveOutcome =
  | Optimal
  | OutOfTime
  | OutOfIterations
  /** No values satisfy all rows and bounds. */
  | ({ readonly status: 'infeasible' } & Effort)
  /** The objective has no bound. */
  | ({ readonly status: 'unbounded' } & Effort)
  /** The process reached its memory limit. */
  | { readonly status: 'out-of-memory'; readonly memoryBytes: number }
  /** Another process, or the kernel for lack of memory on the host, ended the process. */
  | { readonly status: 'killed'; readonly signal: NodeJS.Signals }
  /** The program or an option is malformed. The problem names the column, row or option, and what is expected. */
  | { readonly status: 'bad-input'; readonly problem: string }
  /** HiGHS reported an error or returned values that violate rows, or the process did not start. */
  | { readonly status: 'failed'; readonly reason: string };

/** Objective and values within the tolerance: a linear program's optimum, or values within the relative gap of an integer program's. */
export interface Optimal extends Incumbent, Effort {
  readonly status: 'optimal';
  /** Proven bound of the objective: that of a linear program is its objective. */
  readonly bound: number;
  /**
   * Change of the objective per unit of each row's bound that holds with equality, 0 for the other rows. Only for linear programs:
   * integer programs have none.
   */
  readonly duals?: Float64Array;
}

/** A process that was killed, because HiGHS did not stop by itself, leaves neither effort nor incumbent. */
export interface OutOfTime extends Stopped, Partial<Effort> {
  readonly status: 'out-of-time';
  readonly limit: 'cpu' | 'wall';
}

export interface OutOfIterations extends Stopped, Effort {
  readonly status: 'out-of-iterations';
}

interface Stopped {
  /** Best values of an integer program so far. Undefined if there are none, and for linear programs. */
  readonly incumbent?: Incumbent;
  /** Proven bound of an integer program's objective. Undefined if there is none. */
  readonly bound?: number;
}

export interface Incumbent {
  readonly objective: number;
  /** Values of all columns. */
  readonly values: Float64Array;
}

/** Work that a program took. */
export interface Effort {
  /** Iterations of the simplex and interior-point methods. */
  readonly iterations: number;
  /** CPU time of the process. */
  readonly cpuMs: number;
}
