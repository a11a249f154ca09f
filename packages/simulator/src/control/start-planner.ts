// The planner of production, with targets that are solved unless its policy is greedy.

import { ParetoError } from '@pareto/core';
import { solvingParams } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { solverOf } from '../solve/solver-of.js';
import type { EventQueue } from '../events/event-queue.js';
import type { ServingPolicy } from '../policies/serving-policy.js';
import type { SimulationParams } from '../scenario/params.js';
import { createPlanner, type Planner } from './planner.js';
import { createVirtualSolver } from '../solve/virtual-solver.js';

/**
 * The planner throws if a program is for a solver, and there is none. Throws `invalid-argument` if greedy targets are to release hosts, as a
 * controller with both flags does.
 */
export function startPlanner(
  { name, isGreedy = false, releasesHosts }: Extract<ServingPolicy, { readonly kind: 'production' }>,
  { turn, cluster: { solveMs } }: SimulationParams,
  { solver, events }: { readonly solver: Solver | undefined; readonly events: EventQueue },
): Planner {
  if (isGreedy && turn.placement.releasesHosts) {
    const problem = `the policy ${name} cannot release hosts, because its targets are not solved: leave releasesHosts out, or use another policy`;
    throw new ParetoError('invalid-argument', problem);
  }
  if (isGreedy) return createPlanner(turn);
  const placement = { ...turn.placement, ...(releasesHosts !== undefined && { releasesHosts }) };
  return createPlanner(
    solvingParams({ ...turn, placement }),
    createVirtualSolver({ solver: () => solverOf({ solver }, name), events, solveMs }),
  );
}
