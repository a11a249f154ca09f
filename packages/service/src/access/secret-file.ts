// The check of the permissions of a file that holds a secret.

import { stat } from 'node:fs/promises';
import type { Logger } from '@pareto/telemetry';

/** Logs a warning if every user of this machine can read the file. */
export async function warnIfWorldReadable(file: string, logger: Logger): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o007) === 0 || process.platform === 'win32') return;
  logger.warn('secret file is readable by every user of this machine: chmod 600 it', { file });
}
