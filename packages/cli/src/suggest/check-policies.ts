// Checks the policies of simulations that a command names.

import { ParetoError } from '@pareto/core';
import { didYouMean } from './nearest.js';

/** Throws `invalid-argument`, with the known names, if one is unknown. */
export function checkPolicies(wanted: readonly string[], known: readonly string[]): void {
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const { text, details } = didYouMean(unknown, known) ?? { text: '', details: {} };
  const message = `there is no policy "${unknown}" (the policies are ${known.join(', ')})${text}`;
  throw new ParetoError('invalid-argument', message, { details });
}
