// The output and the options of benchmarks.

import { parseArgs } from 'node:util';
import { formatRows, writeRows, type Row } from '@pareto/testkit';

export type { Row } from '@pareto/testkit';

/** Prints a line of progress to stderr. */
export const progress = (text: string): boolean => process.stderr.write(`${text}\n`);

interface BenchmarkOptions {
  /** File to write the rows to. */
  readonly json?: string;
  /** Folder for CPU profiles of the measured processes. Not all benchmarks use it. */
  readonly profile?: string;
  /** Part of the names of what to measure. Not all benchmarks use it. */
  readonly only?: string;
}

export function benchmarkOptions(): BenchmarkOptions {
  // pnpm passes '--' on to the script, npm does not.
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  const options = { json: { type: 'string' }, profile: { type: 'string' }, only: { type: 'string' } } as const;
  const { values } = parseArgs({ args, options });
  return values;
}

/** Prints the rows, and writes them to the file of `--json`. A missed target does not fail the run. */
export function report(rows: readonly Row[]): void {
  const { json } = benchmarkOptions();
  if (json !== undefined) writeRows(json, rows);
  process.stdout.write(`${formatRows(rows)}\n`);
}
