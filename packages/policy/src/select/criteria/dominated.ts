// Excludes dominated variants, unless a floor needs them.

import type { TargetColumns } from '../columns.js';
import type { Criterion } from './criterion.js';

const code = 16;

export const dominated: Criterion = {
  ...{ name: 'dominated', code, text: 'dominated' },
  excludes: (_, exclusion) => exclusion === 'dominated',
  detail: ({ dominatedBy }) => `${dominatedBy} is at least as good in everything, within margins`,
};

/**
 * Returns whether a dominated candidate answers nevertheless: it meets the floor, and what dominates it, equal in accuracy
 * within the margin, does not, because a floor is compared with the estimate.
 */
export const isNeededFor = (
  minAccuracy: number | undefined,
  { dominator }: TargetColumns,
  accuracies: Float64Array,
  row: number,
): boolean =>
  minAccuracy !== undefined &&
  (accuracies[row] ?? NaN) >= minAccuracy &&
  (accuracies[dominator[row] ?? -1] ?? Infinity) < minAccuracy;
