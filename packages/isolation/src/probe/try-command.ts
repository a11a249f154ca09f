// Runs a command to find out whether it works on this host.

import { execFile } from 'node:child_process';
import type { ProcessUser } from '../start/wrappers.js';

const maxTrialMs = 10_000;

/** Runs a command, as another user if one is given. Returns why it failed. Undefined if it succeeded. */
export const tryCommand = ([file = '', ...args]: readonly string[], user?: ProcessUser): Promise<string | undefined> =>
  new Promise((resolve) =>
    execFile(file, args, { env: {}, timeout: maxTrialMs, ...user }, (error, _, stderr) =>
      resolve(error === null ? undefined : firstLine(stderr, error.message)),
    ),
  );

/** Returns the first line of a program's errors, or `otherwise` if there is none. */
export function firstLine(errors: string, otherwise: string): string {
  const [line = ''] = errors.trim().split('\n');
  return line === '' ? otherwise : line;
}
