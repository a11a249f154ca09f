// Measured values with their targets, as a human-readable table and as a JSON file.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reach?: Reach;
}

/** The target of a value. */
export type Reach =
  | { readonly below: number }
  | { readonly above: number }
  | { readonly atMost: number }
  | { readonly exactly: number };

interface JudgedRow extends Omit<Row, 'reach'> {
  readonly reach: string | null;
  readonly holds: boolean | null;
}

/** Formats a table of the rows, and the machine. A missed target is marked, and has no other effect. */
export const formatRows = (rows: readonly Row[]): string => `${format(rows.map(judge))}\n\n${describeMachine()}`;

/** Writes `{"machine", "commit", "rows": [{"name", "value", "unit", "reach", "holds"}]}`. */
export function writeRows(file: string, rows: readonly Row[]): void {
  const content = { machine: describeMachine(), commit: readCommit(), rows: rows.map(judge) };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

function judge({ name, value, unit, reach }: Row): JudgedRow {
  if (reach === undefined) return { name, value, unit, reach: null, holds: null };
  if ('below' in reach) return { name, value, unit, reach: `< ${reach.below}`, holds: value < reach.below };
  if ('above' in reach) return { name, value, unit, reach: `> ${reach.above}`, holds: value > reach.above };
  if ('atMost' in reach) return { name, value, unit, reach: `<= ${reach.atMost}`, holds: value <= reach.atMost };
  return { name, value, unit, reach: `= ${reach.exactly}`, holds: value === reach.exactly };
}

function format(rows: readonly JudgedRow[]): string {
  const cells = rows.map(({ name, value, unit, reach, holds }) => [
    name,
    value.toLocaleString('en', { maximumSignificantDigits: 4 }),
    unit,
    reach ?? '',
    holds === null ? '' : holds ? 'holds' : 'MISSED',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

const describeMachine = (): string => {
  const [minute = 0] = loadavg();
  return `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, load ${minute.toFixed(1)}`;
};

const readCommit = (): string => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
