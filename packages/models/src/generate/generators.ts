// The table of generators, by recipe. An entry determines how the file is generated and verified.

import type { GeneratedRecipe } from '@pareto/core';
import { dynamicBatch } from './dynamic-batch.js';
import { fp16 } from './fp16.js';
import type { Generator } from '../rewrite/generator.js';
import { int4 } from './int4.js';
import { int8Dynamic } from './int8-dynamic.js';
import { int8Static } from './int8-static.js';
import { mapped } from './mapped.js';
import { optimised } from './optimised.js';

const table: Readonly<Record<GeneratedRecipe, Generator>> = {
  'dynamic-batch': dynamicBatch,
  'int8-dynamic': int8Dynamic,
  'int8-static': int8Static,
  int4,
  fp16,
  optimised,
  mapped,
};

/** Generators by recipe. Recipes of other versions of Pareto may be missing. */
export const generators: ReadonlyMap<string, Generator> = new Map(Object.entries(table));
