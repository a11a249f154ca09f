// Errors of steps that are retried, because their cause is not the model.

import { errorText, isDiskFull, publicText } from '@pareto/core';

/**
 * Error such as an unreachable controller, a missing or damaged blob, or a full disk. Its message is for other machines,
 * and its `cause` is the original error.
 */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
}

/** Runs `work`, and wraps any error in a `RetryableError`. */
export async function asRetryable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RetryableError(publicText(error), { cause: error });
  }
}

/** System messages for a full disk. Errors of ONNX Runtime contain them, but no error code. */
const fullDisk = /no space left on device|disk quota exceeded/i;

/** Returns whether the cause was a full disk. */
export const isCausedByFullDisk = (error: unknown): boolean => isDiskFull(error) || fullDisk.test(errorText(error));
