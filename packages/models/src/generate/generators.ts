// The generators there are, by the recipe that they make.

import { mapped } from './mapped.js';
import type { Generator } from './generator.js';

export const generators: ReadonlyMap<string, Generator> = new Map(
  [mapped].map((generator) => [generator.recipe, generator]),
);
