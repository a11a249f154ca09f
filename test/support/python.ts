// Python environments with the packages of independent clients, created in .cache.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

export type PythonEnvironment =
  { readonly kind: 'ready'; readonly python: string } | { readonly kind: 'missing'; readonly reason: string };

let installer: Promise<PythonEnvironment> | undefined;

/** Creates the environment whose pip installs into all others, once, because a pip in each takes seconds more. */
export function prepareInstaller(): Promise<PythonEnvironment> {
  return (installer ??= makeEnvironment('pip', 'pip', (folder) => [['python3', '-m', 'venv', folder]]));
}

/** Creates `.cache/NAME` with the requirements of a file, once. */
export async function preparePython(name: string, requirements: string): Promise<PythonEnvironment> {
  const pip = await prepareInstaller();
  if (pip.kind === 'missing') return pip;
  return makeEnvironment(name, await readFile(requirements, 'utf8'), (folder) => {
    const into = ['-m', 'pip', '--python', `${folder}/bin/python`, '--disable-pip-version-check'];
    return [
      ['python3', '-m', 'venv', '--without-pip', folder],
      // Python compiles modules when they are imported, and most are never imported.
      [pip.python, ...into, 'install', '--quiet', '--no-compile', '-r', requirements],
    ];
  });
}

/** Runs the commands that create `.cache/NAME`, unless it exists with the same content. */
async function makeEnvironment(
  name: string,
  content: string,
  commandsFor: (folder: string) => readonly (readonly [string, ...string[]])[],
): Promise<PythonEnvironment> {
  const folder = `${cache}${name}`;
  const python = `${folder}/bin/python`;
  const stamp = `${folder}/requirements.txt`;
  if ((await readFile(stamp, 'utf8').catch(() => '')) === content) return { kind: 'ready', python };
  for (const [command, ...args] of commandsFor(folder)) {
    const { code, output } = await run(command, args);
    if (code !== 0) return { kind: 'missing', reason: `${[command, ...args].join(' ')}: ${lastLine(output)}` };
  }
  await writeFile(stamp, content);
  return { kind: 'ready', python };
}

/** Environment variables that make Python store compiled files in `.cache`, not next to their sources. */
export const pythonVariables: Readonly<Record<string, string>> = { PYTHONPYCACHEPREFIX: `${cache}python-compiled` };

/** Runs a program and waits for its exit. */
export async function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startChild(command, args, { env: pythonVariables });
  const { code } = await child.exited;
  return { code, output: child.output };
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? 'it could not be started';
