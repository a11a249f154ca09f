// Errors about limits, which name the limit for programs and for the counter of limits.

import { ParetoError } from '@pareto/core';
import type { LimitName } from './limits.js';

/** Trailer with the name of the limit that a call reached. */
const limitKey = 'pareto-limit';

/** Returns the name of a limit as programs see it, e.g. `message-bytes`. */
export const limitText = (limit: LimitName): string => limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const limitError = (
  limit: LimitName,
  code: 'invalid-argument' | 'resource-exhausted',
  message: string,
): ParetoError => new ParetoError(code, message, { details: { [limitKey]: limitText(limit) } });

/** Returns the name of the limit that an error is about. Undefined for any other error. */
export const limitOf = (error: unknown): string | undefined =>
  error instanceof ParetoError ? error.details[limitKey] : undefined;
