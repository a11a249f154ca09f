// Reads a text that has one of several values.

import { ParetoError } from '@pareto/core';

/** Returns the value. Throws `invalid-argument` if it is not one of the known ones. `what` names it in the error. */
export function oneOf<Known extends string>(what: string, known: readonly Known[], text: string): Known {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new ParetoError(
    'invalid-argument',
    `${what} ${JSON.stringify(text)} is not known: expected one of ${known.join(', ')}`,
  );
}
