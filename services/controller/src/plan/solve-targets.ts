// Solves the programs that turns state, in the process of the solver.

import { milliseconds, type Clock } from '@pareto/core';
import { solutionOf, type Formulated } from '@pareto/policy';
import type { SolveOutcome, Solver } from '@pareto/solver';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { TurnMemory } from './turn-memory.js';

export interface SolveTargetsOptions {
  readonly solver: Solver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leader: Pick<Leader, 'term'>;
}

/** Limits of a program. HiGHS then stops with the best targets so far. */
const limits = { cpuMs: 10_000, wallMs: 20_000 };

/**
 * Solves a program, and gives its solution to the core of the term, unless that has ended. Resolves when it did. Without a solution,
 * the targets stay as they are.
 */
export async function solveTargets(
  { solver, clock, logger, leader }: SolveTargetsOptions,
  { core, term }: Pick<TurnMemory, 'core' | 'term'>,
  formulated: Formulated,
): Promise<void> {
  const { program, relativeGap } = formulated;
  const outcome = await solver
    .solve(program, { ...limits, relativeGap })
    .catch((error: unknown): SolveOutcome => ({ status: 'failed', reason: String(error) }));
  if (leader.term !== term) return;
  const solution = solutionOf(formulated, outcome, milliseconds(clock.now()));
  if (solution === undefined) logger.warn('no targets were solved; those before stay in force', { ...outcome });
  core.solved(solution);
}
