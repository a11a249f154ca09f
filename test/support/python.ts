// A Python environment of the project's own, with what an independent client needs.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

export type PythonEnvironment =
  { readonly kind: 'ready'; readonly python: string } | { readonly kind: 'missing'; readonly reason: string };

/** Makes `.cache/NAME` with the requirements of a file, once. */
export async function preparePython(name: string, requirements: string): Promise<PythonEnvironment> {
  const folder = `${cache}${name}`;
  const python = `${folder}/bin/python`;
  const stamp = `${folder}/requirements.txt`;
  const wanted = await readFile(requirements, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return { kind: 'ready', python };
  const steps = [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
  ] as const;
  for (const [command, ...args] of steps) {
    const { code, output } = await run(command, args);
    if (code !== 0) return { kind: 'missing', reason: `${[command, ...args].join(' ')}: ${lastLine(output)}` };
  }
  await writeFile(stamp, wanted);
  return { kind: 'ready', python };
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startChild(command, args);
  const { code } = await child.exited;
  return { code, output: child.output };
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? 'it could not be started';
