// Excludes candidates without a replica that can be called, which no worker can load.

import { passes, type Criterion } from './criterion.js';

const code = 5;

export const unplaceable: Criterion = {
  ...{ name: 'unplaceable', code, text: 'not loadable now' },
};

export const codeOfUnloaded = (isLoaded: boolean): number => (!isLoaded ? code : passes);
