export { createSolver, type Solver, type SolverOptions } from './solver.js';
export { type SolveOptions } from './program/solve-options.js';
export {
  type Effort,
  type Incumbent,
  type Optimal,
  type OutOfIterations,
  type OutOfTime,
  type SolveOutcome,
} from './program/outcome.js';
