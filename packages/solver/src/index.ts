export { createSolver, type Solver, type SolverOptions } from './solver.js';
export { type Column, type Program, type Row, type SolveOptions } from './program/program.js';
export {
  type Effort,
  type Incumbent,
  type Optimal,
  type OutOfIterations,
  type OutOfTime,
  type SolveOutcome,
} from './program/outcome.js';
