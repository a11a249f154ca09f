// Solves the programs that turns state, in the process of the solver.

import { milliseconds, type Clock } from '@pareto/core';
import { solutionOf, type Formulated, type TurnCore } from '@pareto/policy';
import type { SolveOutcome, Solver } from '@pareto/solver';
import type { Logger } from '@pareto/telemetry';

export interface SolveTargetsOptions {
  readonly solver: Solver;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Limits of a program. HiGHS then stops with the best targets so far. */
const limits = { cpuMs: 10_000, wallMs: 20_000 };

/** Solves a program, and gives its solution to the core of the turn. Resolves when it did. Without a solution, the targets stay as they are. */
export async function solveTargets(
  { solver, clock, logger }: SolveTargetsOptions,
  core: Pick<TurnCore, 'solved'>,
  formulated: Formulated,
): Promise<void> {
  const { program, relativeGap } = formulated;
  const outcome = await solver
    .solve(program, { ...limits, relativeGap })
    .catch((error: unknown): SolveOutcome => ({ status: 'failed', reason: String(error) }));
  const solution = solutionOf(formulated, outcome, milliseconds(clock.now()));
  if (solution === undefined) logger.warn('no targets were solved; those before stay in force', { ...outcome });
  core.solved(solution);
}
