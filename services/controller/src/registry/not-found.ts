// The error for a name that is not registered.

import { ParetoError } from '@pareto/core';

/** Returns a `not-found` error for a name. `what` is the kind of thing that was looked up. */
export const notFound = (what: string, name: string): ParetoError =>
  new ParetoError('not-found', `there is no ${what} ${JSON.stringify(name)}`);
