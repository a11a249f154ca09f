// Runs the benchmark under another release of Node.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fetchNpmPackage } from '@pareto/testkit';

/**
 * Runs this process's command line under a Node, a release such as 24 or the path of a binary, unless it already does.
 * Returns the exit code. Undefined if this process runs under that Node.
 */
export async function runUnderNode(wanted: string): Promise<number | undefined> {
  const binary = realpathSync(await findNode(wanted));
  if (binary === realpathSync(process.execPath)) return undefined;
  const child = spawn(binary, ['--import=tsx', ...process.argv.slice(1)], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function findNode(wanted: string): Promise<string> {
  if (existsSync(wanted)) return wanted;
  if (!/^\d+(\.\d+){0,2}$/.test(wanted)) {
    throw new Error(`--node must be a release of Node, such as 24, or the path of its binary, but is "${wanted}"`);
  }
  const fetched = await fetchNpmPackage(`node-linux-${process.arch}@${wanted}`);
  if (fetched.kind === 'missing') throw new Error(`--node ${wanted}: ${fetched.reason}`);
  return join(fetched.folder, 'bin/node');
}
