// The generators there are, by the recipe that they make.

import { dynamicBatch } from './dynamic-batch.js';
import { fp16 } from './fp16.js';
import { mapped } from './mapped.js';
import type { Generator } from './generator.js';

export const generators: ReadonlyMap<string, Generator> = new Map(
  [dynamicBatch, fp16, mapped].map((generator) => [generator.recipe, generator]),
);
