// Bounds the load and unload calls in progress at this router. Each may wait for its model for a minute.

import type { ParetoError } from '@pareto/core';
import { limitError } from '@pareto/protocol';

/** Runs a call, or throws `resource-exhausted` if too many are in progress. */
export type LoadLimit = <T>(run: () => Promise<T>) => Promise<T>;

export function createLoadLimit(max: number): LoadLimit {
  let inProgress = 0;
  return async (run) => {
    if (inProgress >= max) throw tooMany(max);
    inProgress += 1;
    try {
      return await run();
    } finally {
      inProgress -= 1;
    }
  };
}

const tooMany = (max: number): ParetoError =>
  limitError(
    'loads',
    'resource-exhausted',
    `${max} load and unload calls are in progress at this router: nothing was changed; retry later, or use another router`,
  );
