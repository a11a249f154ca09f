// Runs the `pareto` command as a process.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { startChild, type Child } from '@pareto/testkit';

const program = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

export const startPareto = (...args: readonly string[]): Child => startChild(process.execPath, [program, ...args]);

/** Returns the output. Throws unless the exit code is 0. */
export async function pareto(...args: readonly string[]): Promise<string> {
  const child = startPareto(...args);
  assert.deepEqual(await child.exited, { code: 0, signal: null }, child.output);
  return child.output;
}
