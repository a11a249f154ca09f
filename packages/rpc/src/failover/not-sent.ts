// Whether a call that failed never left this process.

import { ParetoError } from '@pareto/core';

/** gRPC's words for it: nothing listens, or the server sent the stream back unread. */
const notSent =
  /^(No connection established|Name resolution failed|Stream refused by server|Channel has been shut down)/;

/** Returns whether the call was certainly not executed. Reads gRPC's own error among the causes: our message may say it otherwise. */
export function isNotSent(error: unknown): boolean {
  if (!(error instanceof ParetoError) || error.code !== 'unavailable') return false;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if ('details' in cause && typeof cause.details === 'string') return notSent.test(cause.details);
  }
  return false;
}
