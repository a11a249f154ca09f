// The Python environment with the packages of independent clients, created in .cache.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild } from '@pareto/testkit';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export type PythonEnvironment =
  | { readonly kind: 'ready'; readonly python: string }
  | { readonly kind: 'missing'; readonly reason: string };

const folder = at('.cache/python');
const python = `${folder}/bin/python`;

/** Requirements of all programs that the tests run. They are installed together, because each environment costs 10 s of CPU. */
const requirements = ['test/conformance/python', 'examples/python', 'examples/ocr', 'examples/voice'].map((program) =>
  at(`${program}/requirements.txt`),
);

let installer: Promise<PythonEnvironment> | undefined;
let environment: Promise<PythonEnvironment> | undefined;

/** Creates the environment with pip alone, once. */
export function prepareInstaller(): Promise<PythonEnvironment> {
  return (installer ??= runOnce('pip', ['python3', '-m', 'venv', folder]));
}

/** Creates the environment with all requirements, once. */
export function preparePython(): Promise<PythonEnvironment> {
  return (environment ??= installRequirements());
}

async function installRequirements(): Promise<PythonEnvironment> {
  const pip = await prepareInstaller();
  if (pip.kind === 'missing') return pip;
  const contents = await Promise.all(requirements.map((path) => readFile(path, 'utf8')));
  const files = requirements.flatMap((path) => ['-r', path]);
  // Python compiles modules when they are imported, and most are never imported.
  const options = ['--quiet', '--no-compile', '--disable-pip-version-check'];
  return runOnce(contents.join(''), [python, '-m', 'pip', 'install', ...options, ...files]);
}

/** Runs a command that changes the environment, unless it was run for the same content. */
async function runOnce(
  content: string,
  [command, ...args]: readonly [string, ...string[]],
): Promise<PythonEnvironment> {
  const stamp = `${folder}/${createHash('sha256').update(content).digest('hex').slice(0, 16)}.done`;
  if (existsSync(stamp)) return { kind: 'ready', python };
  const { code, output } = await run(command, args);
  if (code !== 0) return { kind: 'missing', reason: `${[command, ...args].join(' ')}: ${lastLine(output)}` };
  await writeFile(stamp, '');
  return { kind: 'ready', python };
}

/** Environment variables that make Python store compiled files in `.cache`, not next to their sources. */
export const pythonVariables: Readonly<Record<string, string>> = { PYTHONPYCACHEPREFIX: at('.cache/python-compiled') };

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
