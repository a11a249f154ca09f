// The Python environment with the packages of independent clients, and packages that contain test data, in .cache.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild, type FetchedPackage } from '@pareto/testkit';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export type PythonEnvironment =
  | { readonly kind: 'ready'; readonly python: string }
  | { readonly kind: 'missing'; readonly reason: string };

const folder = at('.cache/python');
const python = `${folder}/bin/python`;

/** Requirements of all programs that the tests run. They are installed together, because each environment costs 10 s of CPU. */
const requirements = [
  'test/conformance/python',
  'test/integration/tabular',
  ...['python', 'ocr', 'voice', 'shapes', 'file-types'].map((name) => `examples/${name}`),
].map((program) => at(`${program}/requirements.txt`));

/** Options of pip. Python compiles modules when they are imported, and most are never imported. */
const quiet = ['--quiet', '--no-compile', '--disable-pip-version-check'];

let installer: Promise<PythonEnvironment> | undefined;
let environment: Promise<PythonEnvironment> | undefined;

/** Creates the environment with a current pip, once, and returns its Python. */
export function prepareInstaller(): Promise<PythonEnvironment> {
  return (installer ??= createEnvironment());
}

async function createEnvironment(): Promise<PythonEnvironment> {
  const bare = await runOnce('bare', ['python3', '-m', 'venv', '--without-pip', folder]);
  if (bare.kind === 'missing') return bare;
  const [name = ''] = await readdir(`${folder}/lib`);
  // Older ones compare each file of an index with each platform tag, which takes twice the CPU of the rest.
  const target = `${folder}/lib/${name}/site-packages`;
  const current = await runOnce('current', ['python3', '-m', 'pip', 'install', ...quiet, '--target', target, 'pip']);
  return current.kind === 'ready' ? current : runOnce('pip', ['python3', '-m', 'venv', folder]);
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
  return runOnce(contents.join(''), [pip.python, '-m', 'pip', 'install', ...quiet, ...files]);
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

/** Fetches a package, `name==version`, and returns the folder with its content. It is not installed. */
export async function fetchPythonPackage(specifier: string): Promise<FetchedPackage> {
  const target = join(packages, specifier);
  if (existsSync(target)) return { kind: 'ready', folder: target };
  const pip = await prepareInstaller();
  if (pip.kind === 'missing') return pip;
  await mkdir(packages, { recursive: true });
  // Unpacked next to its final path and then renamed, so that it never appears incomplete.
  const scratch = await mkdtemp(join(packages, 'fetching-'));
  try {
    const options = ['--quiet', '--no-deps', '--only-binary', ':all:', '--disable-pip-version-check'];
    const fetched = await run(pip.python, ['-m', 'pip', 'download', ...options, '--dest', scratch, specifier]);
    if (fetched.code !== 0)
      return { kind: 'missing', reason: `pip download ${specifier}: ${lastLine(fetched.output)}` };
    const [wheel = ''] = await readdir(scratch);
    await run(python, ['-m', 'zipfile', '-e', join(scratch, wheel), join(scratch, 'package')]);
    await rename(join(scratch, 'package'), target);
    return { kind: 'ready', folder: target };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const packages = at('.cache/packages');

/** Environment variables that make Python store compiled files in `.cache`, not next to their sources. */
export const pythonVariables: Readonly<Record<string, string>> = { PYTHONPYCACHEPREFIX: at('.cache/python-compiled') };

/** Runs a program, with additional environment variables, and waits for its exit. */
export async function run(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = startChild(command, args, { env: { ...pythonVariables, ...variables } });
  const { code } = await child.exited;
  return { code, output: child.output };
}

const scriptRunner = fileURLToPath(new URL('run-scripts.py', import.meta.url));

/**
 * Runs scripts, each with its arguments, one after another in one process, because importing their packages costs most of
 * their CPU. Returns what each of them printed. Throws if one of them fails.
 */
export async function runScripts(
  interpreter: string,
  scripts: readonly (readonly string[])[],
): Promise<readonly string[]> {
  const { code, output } = await run(interpreter, [scriptRunner, JSON.stringify(scripts)]);
  assert.equal(code, 0, output);
  return JSON.parse(lastLine(output)) as readonly string[];
}

const lastLine = (output: string): string => output.trim().split('\n').at(-1) ?? 'it could not be started';
