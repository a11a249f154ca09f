// Solves the programs that turns state, in the process of the solver.

import type { Clock } from '@pareto/core';
import { solutionOf, type Formulated } from '@pareto/policy';
import type { SolveOutcome, Solver } from '@pareto/solver';
import type { ControllerMetrics, Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { TurnMemory } from './turn-memory.js';

export interface SolveTargetsOptions {
  readonly solver: Solver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<ControllerMetrics, 'solveTime'>;
  readonly leader: Pick<Leader, 'term'>;
}

/**
 * Solves a program, and gives its solution to the core of the term, unless that has ended. Resolves when it did. Without a solution,
 * the targets stay as they are.
 */
export async function solveTargets(
  { solver, clock, logger, metrics, leader }: SolveTargetsOptions,
  { core, term }: Pick<TurnMemory, 'core' | 'term'>,
  formulated: Formulated,
): Promise<void> {
  const { program, limits, start } = formulated;
  const startedAt = clock.now();
  const outcome = await solver
    .solve(program, { ...limits, start, signal: term.lost })
    .catch((error: unknown): SolveOutcome => ({ status: 'failed', reason: String(error) }));
  metrics.solveTime.record((clock.now() - startedAt) / 1000, { outcome: outcome.status });
  if (leader.term !== term) return;
  const solution = solutionOf(formulated, outcome);
  if (solution === undefined) logger.warn('no targets were solved; those before stay in force', describe(outcome));
  core.solved(solution);
}

/** Returns the fields of an outcome without its values, of which a large program has thousands. */
const describe = (outcome: SolveOutcome): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(outcome).filter(([, value]) => typeof value !== 'object'));
