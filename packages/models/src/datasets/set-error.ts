// The error of a validation set that cannot be used.

import { ParetoError } from '@pareto/core';

export const setError = (why: string, cause?: unknown): ParetoError =>
  new ParetoError('invalid-argument', `the validation set cannot be used: ${why}`, { cause });
