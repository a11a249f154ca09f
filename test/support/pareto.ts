// Runs the `pareto` command as a process.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';

/** Path of the `pareto` program. */
export const paretoCommand = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** Returns the output. Throws unless the exit code is 0. */
export async function pareto(...args: readonly string[]): Promise<string> {
  const child = startChild(process.execPath, [paretoCommand, ...args]);
  assert.deepEqual(await child.exited, { code: 0, signal: null }, child.output);
  return child.output;
}
