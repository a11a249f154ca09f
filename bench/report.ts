// How a benchmark tells what it found, and what it takes: `--json FILE`.

import { parseArgs } from 'node:util';
import { formatRows, writeRows, type Row } from '@pareto/testkit';

export type { Row } from '@pareto/testkit';

/** To be shown as soon as it is known. */
export const progress = (text: string): boolean => process.stderr.write(`${text}\n`);

interface BenchmarkOptions {
  /** File for the rows. */
  readonly json?: string;
  /** Folder for CPU profiles of the processes that are measured, where a benchmark can make them. */
  readonly profile?: string;
}

export function benchmarkOptions(): BenchmarkOptions {
  // pnpm passes the '--' on that npm takes away.
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  const { values } = parseArgs({ args, options: { json: { type: 'string' }, profile: { type: 'string' } } });
  return values;
}

/** Never fails a run: a reach that is missed is told, no more. */
export function report(rows: readonly Row[]): void {
  const { json } = benchmarkOptions();
  if (json !== undefined) writeRows(json, rows);
  process.stdout.write(`${formatRows(rows)}\n`);
}
