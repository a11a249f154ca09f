// Splits a validation set into calibration and evaluation samples. Using a sample for both would overstate the
// accuracy.

import { createSeededRng } from '@pareto/core';

export interface ValidationSplit {
  /** Row indices in ascending order. */
  readonly calibration: readonly number[];
  /** Indices of all other rows, in ascending order. */
  readonly evaluation: readonly number[];
}

/** Name of this way to split, which changes with it: scores of samples are compared only within one. */
export const splitName = 'split-1';

const calibrationShare = 0.1;
const maxCalibration = 200;
/** Minimum number of samples for a split. Smaller sets are used for evaluation only. */
const minSplit = 20;
const seed = 1;

/**
 * Splits by the number of samples alone. Rows are picked at random, since sets are often sorted by class or alternate
 * between classes, but with a fixed seed, so that every split of a set is the same.
 */
export function splitValidation({ samples }: { readonly samples: number }): ValidationSplit {
  const count = samples < minSplit ? 0 : Math.min(maxCalibration, Math.floor(samples * calibrationShare));
  const shuffled = shuffledRows(samples);
  return { calibration: shuffled.slice(0, count).sort(ascending), evaluation: shuffled.slice(count).sort(ascending) };
}

const ascending = (a: number, b: number): number => a - b;

/** Returns the rows in random order. Source: Fisher and Yates, in Durstenfeld's form (1964). */
function shuffledRows(samples: number): number[] {
  const rng = createSeededRng(seed);
  const rows = Array.from({ length: samples }, (_, row) => row);
  for (let last = samples - 1; last > 0; last--) {
    const other = Math.floor(rng() * (last + 1));
    [rows[last], rows[other]] = [rows[other] ?? other, rows[last] ?? last];
  }
  return rows;
}
