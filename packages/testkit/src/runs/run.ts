// A run that measures: its rows, and the circumstances that explain them. This is also the form of its JSON file.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { ComparedRow } from './compare-with-baseline.js';

export interface RunContext {
  /** Name of the benchmark. `tests` for the measurements of tests. */
  readonly benchmark: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGib: number };
  /** Version of Node. */
  readonly node: string;
  /** Load average of one minute. */
  readonly load: { readonly start: number; readonly end: number };
  /** Ends with `-dirty` if tracked files differ from it. Empty outside of a git repository. */
  readonly commit: string;
  /** Time of the end, in ISO 8601. */
  readonly date: string;
}

export interface Run extends RunContext {
  readonly rows: readonly ComparedRow[];
}

/** Observes the start of a run. The function that it returns observes the end. */
export function startRun(benchmark: string): () => RunContext {
  const start = loadOfMinute();
  const commit = observeCommit();
  return () => ({
    benchmark,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryGib: Math.round((10 * totalmem()) / 2 ** 30) / 10,
    },
    node: process.versions.node,
    load: { start, end: loadOfMinute() },
    commit,
    date: new Date().toISOString(),
  });
}

/** Writes the run as JSON. Creates missing folders. */
export function writeRun(file: string, run: Run): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(run, null, 2)}\n`);
}

/** Returns undefined if there is no such file. */
export const readRun = (file: string): Run | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run) : undefined;

const loadOfMinute = (): number => Math.round(100 * (loadavg()[0] ?? 0)) / 100;

function observeCommit(): string {
  const git = (...args: readonly string[]): string => {
    const { status, stdout } = spawnSync('git', args, { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : '';
  };
  // Baselines that a run before this one has saved do not change what is measured.
  const changes = git('status', '--porcelain', '--untracked-files=no', '--', ':/', ':(top,exclude)bench/baselines');
  return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : '-dirty'}`;
}
