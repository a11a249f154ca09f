import { systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { createSolver, type Solver } from '@pareto/solver';

export const limits = { cpuMs: 30_000, wallMs: 50_000 };

export const openSolver = (): Solver => createSolver({ isolation: environmentOnly, clock: systemClock });
