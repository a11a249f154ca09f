// The planner of production, with targets that are solved if its policy asks for it.

import { solvingParams } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import { solverOf } from '../solve/solver-of.js';
import type { EventQueue } from '../events/event-queue.js';
import type { ServingPolicy } from '../policies/serving-policy.js';
import type { SimulationParams } from '../scenario/params.js';
import { createPlanner, type Planner } from './planner.js';
import { createVirtualSolver } from '../solve/virtual-solver.js';

/** Throws if targets are solved, and there is no solver. */
export function startPlanner(
  { name, solves = false }: Extract<ServingPolicy, { readonly kind: 'production' }>,
  { turn, cluster: { solveMs } }: SimulationParams,
  { solver, events }: { readonly solver: Solver | undefined; readonly events: EventQueue },
): Planner {
  if (!solves) return createPlanner(turn);
  const placement = { ...turn.placement, releasesHosts: true };
  return createPlanner(
    solvingParams({ ...turn, placement }),
    createVirtualSolver({ solver: solverOf({ solver }, name), events, solveMs }),
  );
}
