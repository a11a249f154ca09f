// Solves the replicas of all variants: first as few unmet queries as possible, then the goal.

import type { SolveOptions, Solver } from '@pareto/solver';
import { farLimits, valuesOf } from '../../solve/solved.js';
import { formulateAllocation, type AllocationGoal, type AllocationProblem } from './formulate-allocation.js';

export interface Allocation {
  /** Number of replicas of each option that the queries need. */
  readonly replicas: readonly number[];
  /** Queries per second that are not served. */
  readonly unmet: number;
}

/** Ours. Neither depends on the machine. The README states their effect. */
const effort: Pick<SolveOptions, 'relativeGap' | 'iterations'> = { relativeGap: 0.0001, iterations: 20_000 };
/** The solver's tolerance of a row, with a margin. */
const tolerance = 1e-5;

/** Returns the replicas, which serve as many queries as the pools allow. Throws as `valuesOf` does if the solver fails. */
export async function allocate(
  solver: Solver,
  problem: AllocationProblem,
  goal: Exclude<AllocationGoal, 'unmet'>,
): Promise<Allocation> {
  if (problem.options.length === 0) return { replicas: [], unmet: problem.demand.reduce((sum, rate) => sum + rate, 0) };
  const served = formulateAllocation(problem, 'unmet');
  const least = valuesOf(await solver.solve(served.program, { ...farLimits, ...effort }), 'the allocation of replicas');
  const unmet = least.objective < tolerance ? 0 : least.objective;
  const { program, replicas } = formulateAllocation(problem, goal, unmet + tolerance);
  const start = [...least.values];
  const outcome = await solver.solve(program, { ...farLimits, ...effort, start });
  const { values } = valuesOf(outcome, 'the allocation of replicas');
  const busy = replicas.map(() => 0);
  for (const { option, column, ratePerSecond } of served.served)
    busy[option] = (busy[option] ?? 0) + (values[column] ?? 0) / ratePerSecond;
  return { replicas: busy.map((slots) => Math.max(0, Math.ceil(slots - tolerance))), unmet };
}
