// Opens files that a reader process wrote.

import { constants, open, type FileHandle } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';

/** Opens a file of another process, which could be a link to a file that only this process may read. */
export async function openPlain(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const stats = await file.stat();
  if (stats.isFile() && stats.nlink === 1) return file;
  await file.close();
  throw new ParetoError(
    'internal',
    'a file that was written while reading a model or validation set is not a plain file',
  );
}
