// The solver of a run.

import type { Solver } from '@pareto/solver';

/** Returns the solver. Throws if the run has none. */
export function solverOf({ solver }: { readonly solver?: Solver | undefined }, policy: string): Solver {
  if (solver === undefined) throw new Error(`the policy ${policy} needs a solver`);
  return solver;
}
