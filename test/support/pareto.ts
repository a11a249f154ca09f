// The `pareto` command, as people type it.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';

const program = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** What it printed; fails when it ends with anything but 0. */
export async function pareto(...args: readonly string[]): Promise<string> {
  const child = startChild(process.execPath, [program, ...args]);
  assert.deepEqual(await child.exited, { code: 0, signal: null }, child.output);
  return child.output;
}
