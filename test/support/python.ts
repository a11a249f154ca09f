// Python environments of the project's own, with what independent clients need.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';

const cache = fileURLToPath(new URL('../../.cache/', import.meta.url));

export type PythonEnvironment =
  { readonly kind: 'ready'; readonly python: string } | { readonly kind: 'missing'; readonly reason: string };

let installer: Promise<PythonEnvironment> | undefined;

/** Makes the environment whose pip installs into all others, once: a pip in each of them would take seconds more. */
export function prepareInstaller(): Promise<PythonEnvironment> {
  return (installer ??= makeEnvironment('pip', 'pip', (folder) => [['python3', '-m', 'venv', folder]]));
}

/** Makes `.cache/NAME` with the requirements of a file, once. */
export async function preparePython(name: string, requirements: string): Promise<PythonEnvironment> {
  const pip = await prepareInstaller();
  if (pip.kind === 'missing') return pip;
  return makeEnvironment(name, await readFile(requirements, 'utf8'), (folder) => {
    const into = ['-m', 'pip', '--python', `${folder}/bin/python`, '--disable-pip-version-check'];
    return [
      ['python3', '-m', 'venv', '--without-pip', folder],
      // Python compiles what is imported; most of what is installed never is.
      [pip.python, ...into, 'install', '--quiet', '--no-compile', '-r', requirements],
    ];
  });
}

/** Runs the commands that make `.cache/NAME`, unless it was made with the same content before. */
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

/** Has Python keep what it compiled in `.cache`, out of the folders of its sources. */
export const pythonVariables: Readonly<Record<string, string>> = { PYTHONPYCACHEPREFIX: `${cache}python-compiled` };

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startChild(command, args, { env: pythonVariables });
  const { code } = await child.exited;
  return { code, output: child.output };
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? 'it could not be started';
