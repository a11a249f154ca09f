// Errors about limits, which name the limit for programs and for the counter of limits.

import { ParetoError, withoutStack, type ErrorCode } from '@pareto/core';
import { limitText, type LimitName } from './limit-table.js';
import type { Limits } from './limits.js';

/** Trailer with the name of the limit that a call reached. */
const limitKey = 'pareto-limit';

export const limitError = (
  limit: LimitName,
  code: 'invalid-argument' | 'resource-exhausted',
  message: string,
  details: ParetoError['details'] = {},
): ParetoError => new ParetoError(code, message, { details: { ...details, [limitKey]: limitText(limit) } });

/** Returns the name of the limit that an error is about. Undefined for any other error. */
export const limitOf = (error: unknown): string | undefined =>
  error instanceof ParetoError ? error.details[limitKey] : undefined;

/** Number of chunks of any size that a body or a message may have. */
const anyChunks = 1024;

/** Returns whether a number of bytes arrived in too many chunks, which each take time. */
export const chunksTooSmall = (chunks: number, bytes: number, { chunkBytes }: Pick<Limits, 'chunkBytes'>): boolean =>
  chunks > anyChunks && bytes < chunks * chunkBytes;

/** The status that a server sent to a call. */
class StatusError extends Error {
  override readonly name = 'StatusError';
}

/** Returns the error of a call to which a server sent a status. `sent` describes this status, and why it was sent. */
export const receivedError = (
  code: ErrorCode,
  text: string,
  details: ParetoError['details'],
  sent: { readonly text: string; readonly cause?: unknown },
): ParetoError =>
  withoutStack(
    () => new ParetoError(code, text, { cause: new StatusError(sent.text, { cause: sent.cause }), details }),
  );

/** Returns whether an error, or a cause of it, is the status of a call to another process. */
export const isRemote = (error: unknown): boolean =>
  error instanceof Error && ('metadata' in error || error instanceof StatusError || isRemote(error.cause));
