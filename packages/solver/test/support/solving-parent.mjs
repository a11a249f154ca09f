// A parent that solves a program that takes hours, prints the pid of the solver's process, and waits to be killed.

import process from 'node:process';
import { systemClock } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import { createSolver } from '../../dist/index.js';

const isolation = {
  start(program) {
    const started = environmentOnly.start(program);
    process.stdout.write(`solver ${started.child.pid}\n`);
    return started;
  },
};
const solver = createSolver({ isolation, clock: systemClock });
const range = (count) => [...Array(count).keys()];
// Columns of 0 or 1 whose five weighted sums are as close as possible to given values.
const columns = [
  ...range(40).map(() => ({ cost: 0, upper: 1, isInteger: true })),
  ...range(10).map(() => ({ cost: 1 })),
];
const rows = range(5).map((row) => ({
  ...{ lower: 997, upper: 997 },
  columns: [...range(40), 40 + 2 * row, 41 + 2 * row],
  coefficients: [...range(40).map((column) => ((column + 7) * (row + 3) * 31) % 101), 1, -1],
}));
await solver.solve({ columns, rows }, { cpuMs: 3.6e6, wallMs: 3.6e6 });
