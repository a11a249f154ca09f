// The order of writes to the registry: one after another, each decided over what the one before has left.

import { ParetoError } from '@pareto/core';

/** Runs `decide` when its turn comes: it looks, writes, and answers; undefined: somebody else wrote in between. */
export type RunExclusive = <T>(what: string, decide: () => Promise<T | undefined>) => Promise<T>;

/** Only another controller, or the control loop, can come in between. */
const attempts = 5;

/** What `takeTurn` throws: `aborted` when others were faster each time, else what `decide` throws. */
export function createWriteQueue(): RunExclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (what, decide) => {
    const write = last.then(() => retryOnConflict(what, decide));
    last = write.catch(() => undefined);
    return write;
  };
}

/** Looks and writes, again when somebody else wrote in between. Throws `aborted` when others were faster each time. */
export async function retryOnConflict<T>(what: string, decide: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const written = await decide();
    if (written !== undefined) return written;
  }
  throw new ParetoError('aborted', `${what} was changed by somebody else at the same time: try again`);
}
