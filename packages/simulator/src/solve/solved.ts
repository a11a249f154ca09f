// The optimum of a program that a baseline needs.

import { ParetoError } from '@pareto/core';
import type { Incumbent, SolveOptions, SolveOutcome } from '@pareto/solver';

/** Limits that end a program without a result. Results do not depend on them. */
export type SolveLimits = Pick<SolveOptions, 'cpuMs' | 'wallMs' | 'signal'>;

/** Limits far from what a program takes. */
export const farLimits: SolveLimits = { cpuMs: 600_000, wallMs: 3_600_000 };

/**
 * Returns the values of an optimum, or of an integer program at its limit of iterations. Throws `resource-exhausted` if a limit of the
 * solver was reached without values, and `internal` if it failed.
 */
export function valuesOf(outcome: SolveOutcome, what: string): Incumbent {
  if (outcome.status === 'optimal') return outcome;
  if (outcome.status === 'out-of-iterations' && outcome.incumbent !== undefined) return outcome.incumbent;
  const { status } = outcome;
  const isLimit = status === 'out-of-iterations' || status === 'out-of-time' || status === 'out-of-memory';
  if (isLimit) throw new ParetoError('resource-exhausted', `${what}: the solver is ${words(status)}`);
  const why = status === 'bad-input' ? outcome.problem : status === 'failed' ? outcome.reason : words(status);
  throw new ParetoError('internal', `${what}: the solver ended without an optimum: ${why}`);
}

const words = (status: string): string => status.replaceAll('-', ' ');
