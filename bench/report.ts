// What a benchmark found: a table for people, and with `--json FILE` the same for programs.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value must be less than, or more than. */
  readonly reach?: { readonly below: number } | { readonly above: number };
}

/** To be shown as soon as it is known. */
export const progress = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Never fails a run: a reach that is missed is told, no more. */
export function report(rows: readonly Row[]): void {
  // pnpm passes the '--' on that npm takes away.
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  const { values } = parseArgs({ args, options: { json: { type: 'string' } } });
  const machine = describeMachine();
  const judged = rows.map(judge);
  if (values.json !== undefined) {
    const text = JSON.stringify({ machine, commit: readCommit(), rows: judged }, null, 2);
    writeFileSync(values.json, `${text}\n`);
  }
  process.stdout.write(`${format(judged)}\n\n${machine}\n`);
}

interface JudgedRow extends Omit<Row, 'reach'> {
  readonly reach: string | null;
  readonly holds: boolean | null;
}

function judge({ name, value, unit, reach }: Row): JudgedRow {
  if (reach === undefined) return { name, value, unit, reach: null, holds: null };
  if ('below' in reach) return { name, value, unit, reach: `< ${reach.below}`, holds: value < reach.below };
  return { name, value, unit, reach: `> ${reach.above}`, holds: value > reach.above };
}

function format(rows: readonly JudgedRow[]): string {
  const cells = rows.map(({ name, value, unit, reach, holds }) => [
    name,
    value.toLocaleString('en', { maximumSignificantDigits: 4 }),
    unit,
    reach ?? '',
    holds === null ? '' : holds ? 'holds' : 'MISSED',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

const describeMachine = (): string => {
  const [minute = 0] = loadavg();
  return `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, load ${minute.toFixed(1)}`;
};

const readCommit = (): string => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
