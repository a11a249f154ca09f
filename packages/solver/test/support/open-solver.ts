// A solver whose processes a test can signal.

import { systemClock } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import { createSolver, type Solver, type SolverOptions } from '../../src/index.js';

export interface OpenSolver {
  readonly solver: Solver;
  /** Ids of the processes that the solver started, in order. */
  readonly pids: readonly number[];
}

export function openSolver(options: Partial<SolverOptions> = {}): OpenSolver {
  const pids: number[] = [];
  const isolation: Isolation = {
    start(program) {
      const started = environmentOnly.start(program);
      pids.push(started.child.pid ?? -1);
      return started;
    },
  };
  return { solver: createSolver({ isolation, clock: systemClock, ...options }), pids };
}
