// The generators there are, by the recipe that they make.

import { dynamicBatch } from './dynamic-batch.js';
import { fp16 } from './fp16.js';
import type { Generator } from './rewrite/generator.js';
import { int4 } from './int4.js';
import { int8Dynamic } from './int8-dynamic.js';
import { int8Static } from './int8-static.js';
import { mapped } from './mapped.js';

export const generators: ReadonlyMap<string, Generator> = new Map(
  [dynamicBatch, int8Dynamic, int8Static, int4, fp16, mapped].map((generator) => [generator.recipe, generator]),
);
