// Work that could not be done now, for reasons that say nothing of the model: it is to be tried again.

import { errorText, isDiskFull } from '@pareto/core';

/** No controller answers, a blob is missing or damaged, a disk is full. The cause is what was thrown. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
}

/** Whatever `work` throws becomes `RetryableError`. */
export async function asRetryable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new RetryableError(errorText(error), { cause: error });
  }
}

/** The system's words for a full disk, in errors of ONNX Runtime, which carry no code. */
const fullDisk = /no space left on device|disk quota exceeded/i;

/** Returns whether nothing but a full disk was the cause. */
export const isOfFullDisk = (error: unknown): boolean => isDiskFull(error) || fullDisk.test(errorText(error));
