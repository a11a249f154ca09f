// Files that hold a secret.

import { stat } from 'node:fs/promises';
import type { Logger } from '@pareto/telemetry';

/** Warns of one that every user of this machine can read. */
export async function warnIfWorldReadable(file: string, logger: Logger): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o007) === 0 || process.platform === 'win32') return;
  logger.warn('secret can be read by everyone on this machine: chmod 600 it', { file });
}
