// A queue that runs the writes to the registry one at a time, so that each is decided on the result of the previous
// one.

import { ParetoError } from '@pareto/core';

/**
 * Waits for the earlier writes, then runs `decide` as `retryOnConflict` does. `what` names the thing that is changed,
 * for the error message.
 */
export type RunExclusive = <T>(what: string, decide: () => Promise<T | undefined>) => Promise<T>;

/** Conflicts are rare: only another controller or the control loop writes at the same time. */
const maxAttempts = 5;

export function createWriteQueue(): RunExclusive {
  let last: Promise<unknown> = Promise.resolve();
  return (what, decide) => {
    const write = last.then(() => retryOnConflict(what, decide));
    last = write.catch(() => undefined);
    return write;
  };
}

/**
 * Runs `decide`, which reads and writes, until it returns a value. Undefined means that its write conflicted with
 * another one. Throws `aborted` after five conflicts, and whatever `decide` throws.
 */
export async function retryOnConflict<T>(what: string, decide: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const written = await decide();
    if (written !== undefined) return written;
  }
  throw new ParetoError('aborted', `${what} was changed by another request at the same time; retry`);
}
