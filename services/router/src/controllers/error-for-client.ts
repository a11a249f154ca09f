// Errors of calls that a router makes to other services on behalf of a client.

import { ParetoError } from '@pareto/core';

const address = /\S:\d{2,5}\b/;

/**
 * Returns the error without what only the cluster needs: its trailers, such as the leader's address, and the addresses in
 * the texts of failed connections, which become `unreachable`.
 */
export function errorForClient(error: unknown, unreachable: string): unknown {
  if (!(error instanceof ParetoError)) return error;
  const isConnection = error.code === 'unavailable' && address.test(error.publicMessage);
  return new ParetoError(error.code, isConnection ? unreachable : error.publicMessage, { cause: error });
}
