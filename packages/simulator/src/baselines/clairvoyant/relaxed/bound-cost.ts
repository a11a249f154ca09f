// A lower bound of the cost at which any policy reaches an attainment.

import type { Program } from '@pareto/core';
import type { Solver } from '@pareto/solver';
import type { ClairvoyantInput } from '../demand/count-demand.js';
import { valuesOf, type SolveLimits } from '../../../solve/solved.js';
import { formulateRelaxed } from './formulate-relaxed.js';

export interface RelaxedParams {
  /** Share of the queries that may be missed. */
  readonly missedShare: number;
}

export const defaultRelaxedParams: RelaxedParams = { missedShare: 0.01 };

export interface RelaxedBound {
  /** No policy that reaches the attainment costs less. */
  readonly usd: number;
  /** Share of the queries that are answered: that asked for, or the largest that the fleet allows if this is less. */
  readonly attainment: number;
  /** Part of the cost in each window. */
  readonly usdByWindow: readonly number[];
}

const secondsPerHour = 3600;
/** Share of the queries by which the tolerance of the solver may understate how many have to be missed. */
const tolerance = 1e-6;

/** Throws as `valuesOf` does if the solver fails. */
export async function boundCost(
  solver: Solver,
  input: ClairvoyantInput,
  limits: SolveLimits,
  { missedShare }: RelaxedParams = defaultRelaxedParams,
): Promise<RelaxedBound> {
  const { program, missed, windows, asked } = formulateRelaxed(input);
  const windowCount = Math.max(0, ...input.demand.streams.map(({ counts }) => counts.length));
  const usdByWindow = Array.from({ length: windowCount }, () => 0);
  if (asked === 0) return { usd: 0, attainment: 1, usdByWindow };

  const coefficients = missed.map(() => 1);
  const missing = (share: number): Program => ({
    ...program,
    rows: [...program.rows, { upper: share * asked, columns: missed, coefficients }],
  });
  let share = missedShare;
  let outcome = await solver.solve(missing(share), limits);
  if (outcome.status === 'infeasible') {
    const isMissed = new Set(missed);
    const columns = program.columns.map((_, column) => ({ cost: Number(isMissed.has(column)) }));
    const fewest = await solver.solve({ ...program, columns }, limits);
    share = valuesOf(fewest, 'finding the largest attainment').objective / asked;
    outcome = await solver.solve(missing(share + tolerance), limits);
  }
  const { values } = valuesOf(outcome, 'finding the lower bound of the cost');
  for (const [column, { cost }] of program.columns.entries()) {
    const window = windows[column] ?? 0;
    usdByWindow[window] = (usdByWindow[window] ?? 0) + (cost * (values[column] ?? 0)) / secondsPerHour;
  }
  return { usd: usdByWindow.reduce((sum, usd) => sum + usd, 0), attainment: 1 - share, usdByWindow };
}
