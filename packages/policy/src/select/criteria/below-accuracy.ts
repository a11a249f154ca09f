// Excludes candidates below the accuracy floor.

import { passes, type Criterion } from './criterion.js';
import { unmeasured } from './unmeasured.js';

const code = 7;

export const belowAccuracy: Criterion = {
  ...{ name: 'below-accuracy', code, text: 'below the floor' },
  shortfall: ({ accuracy }, { minAccuracy = 0 }) =>
    accuracy === undefined || minAccuracy <= accuracy ? undefined : { unit: 'accuracy', value: minAccuracy - accuracy },
};

export function codeOfAccuracy(accuracy: number, minAccuracy: number | undefined): number {
  if (minAccuracy === undefined || accuracy >= minAccuracy) return passes;
  return Number.isNaN(accuracy) ? unmeasured.code : code;
}
