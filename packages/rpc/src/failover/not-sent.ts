// Whether a call that failed never left this process.

import { ParetoError } from '@pareto/core';

/** gRPC's words for it: nothing listens, or the server sent the stream back unread. */
const notSent =
  /^(No connection established|Name resolution failed|Stream refused by server|Channel has been shut down)/;

/** The call was certainly not executed. */
export const isNotSent = (error: unknown): boolean =>
  error instanceof ParetoError && error.code === 'unavailable' && notSent.test(error.message);
