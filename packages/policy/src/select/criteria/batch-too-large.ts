// Excludes candidates that do not serve a batch of the query's size.

import { passes, type Criterion } from './criterion.js';

const code = 10;

export const batchTooLarge: Criterion = {
  ...{ name: 'batch-too-large', code, text: 'limited to smaller batches' },
};

export const codeOfBatch = (items: number, maxBatchSize: number): number =>
  items > 1 && items > maxBatchSize ? code : passes;
