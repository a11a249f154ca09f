// Parses the CSV file of a trace.

import { errorText, ParetoError } from '@pareto/core';
import { formatDuration } from '../settings/duration.js';
import type { RecordedTrace } from './recorded-trace.js';
import { findTraceColumns, type TraceColumns } from './trace-columns.js';

/**
 * Parses a file with a header, and a row for each arrival or interval. Intervals without data are left out: those that are
 * marked in the column `gap`, and those without a row. Throws `invalid-argument`, which names the line and the column.
 */
export function parseTrace(text: string, file: string, column?: string): RecordedTrace {
  const [header = '', ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.at(-1)?.trim() === '') lines.pop();
  const names = splitCells(header).map((name) => name.trim());
  const columns = readColumns(names, file, column);
  const rows = createRows(lines, names, file);
  if (rows.count === 0) throw new ParetoError('invalid-argument', `${file} has no rows after its header`);
  return columns.counts.length === 0 ? readTimes(rows, columns) : readCounts(rows, columns);
}

const splitCells = (line: string): readonly string[] =>
  (line.includes('"') ? line.replaceAll('"', '') : line).split(',');

function readColumns(names: readonly string[], file: string, column: string | undefined): TraceColumns {
  try {
    return findTraceColumns(names, column);
  } catch (error) {
    throw new ParetoError('invalid-argument', `${file}, line 1: ${errorText(error)}`, { cause: error });
  }
}

interface Rows {
  readonly count: number;
  cells(row: number): readonly string[];
  /** Returns the number of at least 0 in a column. */
  number(row: number, cells: readonly string[], index: number): number;
  /** Creates an error at a cell. `problem` is the end of a sentence that begins with the value. */
  error(row: number, index: number, problem: string): ParetoError;
}

function createRows(lines: readonly string[], names: readonly string[], file: string): Rows {
  const at = (row: number): string => `${file}, line ${row + 2}`;
  const cells = (row: number): readonly string[] => {
    const found = splitCells(lines[row] ?? '');
    if (found.length === names.length) return found;
    throw new ParetoError(
      'invalid-argument',
      `${at(row)}: the row has ${found.length} columns; expected ${names.length}, as in the header`,
    );
  };
  const error = (row: number, index: number, problem: string): ParetoError =>
    new ParetoError(
      'invalid-argument',
      `${at(row)}, column "${names[index] ?? ''}": "${cells(row)[index] ?? ''}" ${problem}`,
    );
  return {
    count: lines.length,
    cells,
    error,
    number(row, found, index) {
      const value = found[index]?.trim() === '' ? NaN : Number(found[index]);
      if (value >= 0 && Number.isFinite(value)) return value;
      throw error(row, index, 'is not a number of at least 0');
    },
  };
}

function readTimes(rows: Rows, { time }: TraceColumns): RecordedTrace {
  const timesMs = new Float64Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    timesMs[row] = rows.number(row, rows.cells(row), 0) * time.unitMs;
    if (row > 0 && (timesMs[row] ?? 0) < (timesMs[row - 1] ?? 0)) {
      throw rows.error(row, 0, 'is before the time of the row above; sort the rows by time');
    }
  }
  const first = timesMs[0] ?? 0;
  return { form: 'times', timesMs: timesMs.map((ms) => ms - first) };
}

function readCounts(rows: Rows, { time, counts, perSecond, gap }: TraceColumns): RecordedTrace {
  const { first, interval } = readInterval(rows);
  const intervalMs = interval * time.unitMs;
  const scale = perSecond ? intervalMs / 1_000 : 1;
  const starts = new Float64Array(rows.count);
  const sums = new Float64Array(rows.count);
  let size = 0;
  let last = -1;
  for (let row = 0; row < rows.count; row++) {
    const cells = rows.cells(row);
    const position = (rows.number(row, cells, 0) - first) / interval;
    const at = Math.round(position);
    if (Math.abs(position - at) > 1e-3 || at <= last) {
      const length = formatDuration(intervalMs);
      throw rows.error(row, 0, `is not a whole number of intervals (${length}, as the first) after the row above`);
    }
    last = at;
    if (gap !== undefined && rows.number(row, cells, gap) !== 0) continue;
    starts[size] = at * intervalMs;
    sums[size] = counts.reduce((sum, index) => sum + rows.number(row, cells, index), 0) * scale;
    size++;
  }
  return { form: 'counts', intervalMs, startsMs: starts.subarray(0, size), counts: sums.subarray(0, size) };
}

function readInterval(rows: Rows): { readonly first: number; readonly interval: number } {
  const timeOf = (row: number): number => rows.number(row, rows.cells(row), 0);
  if (rows.count < 2) throw rows.error(0, 0, 'is the only row; expected at least two intervals');
  const first = timeOf(0);
  const interval = timeOf(1) - first;
  if (interval > 0) return { first, interval };
  throw rows.error(1, 0, 'is not after the time of the row above; expected one row for each interval');
}
