// The client programs of the suite, built once in .cache, or the reason why they are unavailable.

import { access, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { goFlags, goVariables } from '@pareto/testkit';
import { prepareInstaller, preparePython, run, type PythonEnvironment } from '../support/python.js';

/** Command that starts a program. */
export type Program =
  | { readonly kind: 'ready'; readonly command: readonly string[] }
  | { readonly kind: 'missing'; readonly reason: string };

export interface Programs {
  readonly python: Program;
  readonly go: Program;
  readonly perfAnalyzer: Program;
}

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const cache = here('../../.cache/');

export async function preparePrograms(): Promise<Programs> {
  const perfAnalyzer = prepareInstaller().then((pip) => preparePerfAnalyzer(programOf(pip)));
  const python = preparePython();
  const [go] = await Promise.all([prepareGo(), perfAnalyzer, python]);
  return { python: programOf(await python), go, perfAnalyzer: await perfAnalyzer };
}

const programOf = (environment: PythonEnvironment): Program =>
  environment.kind === 'ready' ? { kind: 'ready', command: [environment.python] } : environment;

/** Builds the Go program each time, which Go's cache makes fast. */
async function prepareGo(): Promise<Program> {
  const program = `${cache}conformance-go`;
  const { code, output } = await run('go', ['build', '-C', here('go'), ...goFlags, '-o', program, '.'], goVariables);
  if (code === 0) return { kind: 'ready', command: [program] };
  return {
    kind: 'missing',
    reason: `the Go client can't be built here: ${lastLines(output) || 'Go is not installed'}`,
  };
}

/** Fetches perf_analyzer. `pip` is a Python with pip. */
async function preparePerfAnalyzer(pip: Program): Promise<Program> {
  if (pip.kind === 'missing') return pip;
  const folder = `${cache}perf-analyzer`;
  const libraries = `${folder}/lib`;
  const loader = [`${libraries}/ld-linux-x86-64.so.2`, '--library-path', libraries];
  const ready: Program = { kind: 'ready', command: [...loader, `${folder}/wheel/perf_analyzer/bin/perf_analyzer`] };
  if (await exists(folder)) return ready;
  // Built next to its path and renamed, so that it never appears incomplete.
  const scratch = `${folder}-${process.pid}`;
  try {
    const { code, output } = await run(here('fetch-perf-analyzer.sh'), [scratch, ...pip.command]);
    if (code !== 0) return { kind: 'missing', reason: `perf_analyzer can't be installed here: ${lastLines(output)}` };
    await rename(scratch, folder);
    return ready;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const lastLines = (output: string): string => output.trim().split('\n').slice(-3).join(' ');
