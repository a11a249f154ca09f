// Recognises calls that failed before the server received them, and those that failed alone.

import { ParetoError } from '@pareto/core';

/** Error texts of gRPC if there is no connection, or if the server refused the stream without reading it. */
const notSent =
  /^(No connection established|Name resolution failed|Stream refused by server|Channel has been shut down|Channel closed before call started)/;

const marked = new WeakSet<ParetoError>();

/** Marks the error of a call that failed before the server received it. */
export const markNotSent = (error: ParetoError): void => void marked.add(error);

const resets = new WeakSet<ParetoError>();

/** Marks the error of a call that was reset, while its connection continues. */
export const markReset = (error: ParetoError): void => void resets.add(error);

/** Returns whether the server reset the call alone, which may be due to the call. */
export const isReset = (error: ParetoError): boolean => resets.has(error);

/**
 * Returns whether the call was certainly not executed. Reads gRPC's own error among the causes, since ours may have
 * another text.
 */
export function isNotSent(error: unknown): boolean {
  if (!(error instanceof ParetoError) || error.code !== 'unavailable') return false;
  if (marked.has(error)) return true;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if ('details' in cause && typeof cause.details === 'string') return notSent.test(cause.details);
  }
  return false;
}
