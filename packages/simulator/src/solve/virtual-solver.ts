// Solves the programs of turns in virtual time.

import type { Milliseconds } from '@pareto/core';
import { solutionOf, type Formulated, type Solution } from '@pareto/policy';
import type { Solver } from '@pareto/solver';
import type { EventQueue } from '../events/event-queue.js';

export interface VirtualSolver {
  /** Solves a program. Calls `onSolved` after the time that a solution takes, with undefined if there is none. */
  solve(formulated: Formulated, now: Milliseconds, onSolved: (solution: Solution | undefined) => void): void;
}

export interface VirtualSolverOptions {
  /** Returns the solver. Called for the first program. */
  readonly solver: () => Solver;
  readonly events: EventQueue;
  /** Time that a solution takes. */
  readonly solveMs: number;
}

/** Iterations stop a program in the same state on every machine. The times only stop one that hangs. */
const farLimits = { iterations: 20_000, cpuMs: 120_000, wallMs: 600_000 };

/** Outcomes that do not depend on the machine. */
const repeatable: ReadonlySet<string> = new Set(['optimal', 'out-of-iterations', 'infeasible']);

export const createVirtualSolver = ({ solver, events, solveMs }: VirtualSolverOptions): VirtualSolver => ({
  solve(formulated, now, onSolved) {
    const { program, limits, start } = formulated;
    const { relativeGap } = limits;
    const solved = solver().solve(program, { ...farLimits, relativeGap, start });
    // A run that ends before the solution leaves it.
    solved.catch(() => undefined);
    events.schedule(now + solveMs, () => {
      events.hold(
        solved.then((outcome) => {
          if (!repeatable.has(outcome.status))
            throw new Error(`the targets were not solved: the solver ended with ${outcome.status}`);
          onSolved(solutionOf(formulated, outcome));
        }),
      );
    });
  },
});
