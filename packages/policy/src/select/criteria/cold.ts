// Excludes candidates that would meet the objective once loaded. A query can be held for the best of them.

import { passes, type Criterion } from './criterion.js';

const code = 2;

export const cold: Criterion = {
  ...{ name: 'cold', code, text: 'not loaded' },
};

export const codeOfCold = (isLoaded: boolean, placeable: number): number =>
  !isLoaded && placeable === 1 ? code : passes;
