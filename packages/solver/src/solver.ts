// Solves linear and integer programs in a process of its own, which ends while there are none, and is started again after it ended.

import { milliseconds, ParetoError, type Clock, type Program } from '@pareto/core';
import type { Isolation } from '@pareto/isolation';
import { encodeProgram } from './process/messages.js';
import { startSolverProcess, type SolverProcess } from './process/solver-process.js';
import { findProblem } from './program/find-problem.js';
import type { SolveOptions } from './program/solve-options.js';
import type { SolveOutcome } from './program/outcome.js';

export interface Solver extends AsyncDisposable {
  /**
   * Solves a program, after those before it. Throws the reason of the signal if it aborts, and `failed-precondition` if the solver
   * is closed.
   */
  solve(program: Program, options: SolveOptions): Promise<SolveOutcome>;
  /** Ends the process. Resolves when it has ended. */
  close(): Promise<void>;
}

export interface SolverOptions {
  readonly isolation: Isolation;
  readonly clock: Clock;
  /** Limit of the data of the process (RLIMIT_DATA). Without a program it takes about 120 MiB. 1 GiB by default. */
  readonly memoryBytes?: number;
  /** Time without programs after which the process ends. 60 s by default. A start takes .2 s. */
  readonly idleMs?: number;
}

/** Creates a solver. Its process starts with the first program. */
export function createSolver({ isolation, clock, memoryBytes = 2 ** 30, idleMs = 60_000 }: SolverOptions): Solver {
  let process: SolverProcess | undefined;
  let ended: Promise<void> | undefined;
  let idle: Disposable | undefined;
  let open = 0;
  let last: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  async function solveNext(program: Program, options: SolveOptions): Promise<SolveOutcome> {
    const { signal } = options;
    signal?.throwIfAborted();
    checkOpen();
    const problem = findProblem(program, options);
    if (problem !== undefined) return { status: 'bad-input', problem };
    if (process?.hasEnded !== false) process = startSolverProcess({ isolation, clock, memoryBytes });
    const current = process;
    ended = current.ended;
    const kill = (): void => current.kill();
    signal?.addEventListener('abort', kill, { once: true });
    try {
      await current.ready;
      const outcome = await current.solve(encodeProgram(program, options));
      signal?.throwIfAborted();
      checkOpen();
      return outcome;
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }

  function checkOpen(): void {
    if (isClosed) throw new ParetoError('failed-precondition', 'the solver is closed; create another one');
  }

  async function close(): Promise<void> {
    isClosed = true;
    idle?.[Symbol.dispose]();
    process?.kill();
    await ended;
  }

  /** Ends the process after a time without programs. The next program starts another one. */
  function rest(): void {
    idle = clock.after(milliseconds(idleMs), () => {
      process?.kill();
      process = undefined;
    });
  }

  return {
    solve(program, options) {
      idle?.[Symbol.dispose]();
      open += 1;
      const outcome = last
        .then(() => solveNext(program, options))
        .finally(() => {
          open -= 1;
          if (open === 0 && !isClosed) rest();
        });
      last = outcome.catch(() => undefined);
      return outcome;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
