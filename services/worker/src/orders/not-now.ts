// Work that could not be done now, for reasons that say nothing of the model: it is to be tried again.

import { errorText } from '@pareto/core';

/** No controller answers, a blob is missing or damaged, a disk is full. The cause is what was thrown. */
export class NotNow extends Error {
  override readonly name = 'NotNow';
}

/** Whatever `work` throws becomes `NotNow`. */
export async function orNotNow<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new NotNow(errorText(error), { cause: error });
  }
}

/** Nothing but the disk's want of space. */
export const isDiskFull = (error: unknown): boolean => /ENOSPC|EDQUOT|no (disk )?space left/i.test(errorText(error));
