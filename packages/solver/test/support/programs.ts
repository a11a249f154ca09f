// Programs whose size and difficulty can be chosen.

import { createSeededRng } from '@pareto/core';
import type { Program, ProgramColumn, ProgramRow } from '@pareto/core';

const range = (count: number): readonly number[] => [...Array(count).keys()];

/**
 * Returns a market split: columns of 0 or 1 for which `rows` sums are as close as possible to their halves. Branch and bound finds
 * values immediately, and needs hours to prove that they are the best, from about 4 rows and 30 columns on.
 */
export function marketSplit(rows: number, columns: number): Program {
  const rng = createSeededRng(3);
  const weights = range(rows).map(() => range(columns).map(() => Math.floor(100 * rng())));
  return {
    columns: [
      ...range(columns).map(() => ({ cost: 0, upper: 1, isInteger: true })),
      ...range(2 * rows).map(() => ({ cost: 1 })),
    ],
    rows: weights.map((row, index) => {
      const half = Math.floor(row.reduce((sum, weight) => sum + weight, 0) / 2);
      const slack = columns + 2 * index;
      return {
        lower: half,
        upper: half,
        columns: [...range(columns), slack, slack + 1],
        coefficients: [...row, 1, -1],
      };
    }),
  };
}

/** Returns the linear program that assigns each of `size` items to one of `size` positions at random costs. */
export function assignment(size: number): Program {
  const rng = createSeededRng(5);
  const columns: ProgramColumn[] = range(size * size).map(() => ({ cost: 1 + Math.floor(1000 * rng()) }));
  const once = (indices: readonly number[]): ProgramRow => ({
    lower: 1,
    upper: 1,
    columns: indices,
    coefficients: indices.map(() => 1),
  });
  const items = range(size);
  return {
    columns,
    rows: [
      ...items.map((item) => once(items.map((position) => item * size + position))),
      ...items.map((position) => once(items.map((item) => item * size + position))),
    ],
  };
}
