// The class of each query of a mix.

import { ParetoError, type Rng } from '@pareto/core';
import type { QueryClass } from './query-class.js';

/** Queries in order of their arrival. */
export interface QueryPlan {
  readonly classes: readonly QueryClass[];
  /** Arrival times in ms from the start, ascending. */
  readonly arrivalsMs: Float64Array;
  /** Index in `classes` for each arrival. */
  readonly classIndexes: Uint16Array;
}

/**
 * Assigns a class to each arrival, at random by weight and independently of the others. A mix of one class draws nothing
 * from `rng`. Throws `invalid-argument` for an invalid mix.
 */
export function planQueries(arrivalsMs: Float64Array, classes: readonly QueryClass[], rng: Rng): QueryPlan {
  checkClasses(classes);
  const weights = classes.map(({ weight }) => weight);
  const pick = (): number => (classes.length === 1 ? 0 : pickIndex(weights, rng));
  return { classes, arrivalsMs, classIndexes: Uint16Array.from(arrivalsMs, pick) };
}

function pickIndex(weights: readonly number[], rng: Rng): number {
  let left = rng() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  // Rounding may leave a rest.
  return index === -1 ? weights.length - 1 : index;
}

function checkClasses(classes: readonly QueryClass[]): void {
  if (classes.length === 0) throw new ParetoError('invalid-argument', 'the mix has no classes: expected at least one');
  const names = new Set<string>();
  for (const { name, weight } of classes) {
    if (names.has(name)) throw new ParetoError('invalid-argument', `two classes of the mix have the name "${name}"`);
    names.add(name);
    if (weight > 0 && Number.isFinite(weight)) continue;
    throw new ParetoError(
      'invalid-argument',
      `the weight of class "${name}" is ${weight}: expected a finite number above 0`,
    );
  }
}
