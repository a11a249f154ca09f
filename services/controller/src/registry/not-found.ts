// The error for a name that is not registered.

import { ParetoError } from '@pareto/core';

/** Returns a `not-found` error that names what kind of thing was looked up, and the name. */
export const notFound = (what: string, name: string): ParetoError =>
  new ParetoError('not-found', `there is no ${what} ${JSON.stringify(name)}`);
