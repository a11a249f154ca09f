// Parses the CSV file of a trace.

import { errorText, ParetoError } from '@pareto/core';
import type { Trace } from '../arrivals/trace.js';
import { readCsv, type CsvRow, type CsvTable } from './csv-rows.js';
import { isClientTable, readClients } from './read-clients.js';
import { findTraceColumns, type TraceColumns } from './trace-columns.js';

/**
 * Parses a file with a header, and a row for each arrival, interval or client and time; times are relative to the first
 * row. Intervals without data are left out: those that are marked in the column `gap`, and those without a row. `columns`
 * are the names of those whose counts are added up, which otherwise follow from the header. Throws `invalid-argument`,
 * which names the line and the column.
 */
export function parseTrace(text: string, file: string, columns?: readonly string[]): Trace {
  const table = readCsv(text, file);
  if (columns === undefined && isClientTable(table)) return readClients(table, file);
  const found = readColumns(table, file, columns);
  return found.counts.length === 0 ? readTimes(table, file, found) : readCounts(table, file, found);
}

function readColumns({ names }: CsvTable, file: string, columns: readonly string[] | undefined): TraceColumns {
  try {
    return findTraceColumns(names, columns);
  } catch (error) {
    throw new ParetoError('invalid-argument', `${file}, line 1: ${errorText(error)}`, { cause: error });
  }
}

function readTimes({ rows }: CsvTable, file: string, { time }: TraceColumns): Trace {
  const timesMs = new NumberList();
  let first: number | undefined;
  let before = 0;
  for (const row of rows) {
    const at = row.number(0);
    if (at < before) throw row.error(0, 'is before the time of the row above; sort the rows by time');
    before = at;
    timesMs.add((at - (first ??= at)) * time.unitMs);
  }
  if (first === undefined) throw new ParetoError('invalid-argument', `${file} has no rows after its header`);
  return { form: 'times', timesMs: timesMs.values() };
}

function readCounts({ rows }: CsvTable, file: string, columns: TraceColumns): Trace {
  const { time, counts, perSecond, gap } = columns;
  const starts = new NumberList();
  const sums = new NumberList();
  const add = (row: CsvRow, position: number): void => {
    if (gap !== undefined && row.number(gap) !== 0) return;
    starts.add(position);
    sums.add(counts.reduce((sum, index) => sum + row.number(index), 0));
  };
  const ordered = rows[Symbol.iterator]();
  const { first, interval } = readInterval(ordered, file, add);
  const intervalMs = interval * time.unitMs;
  let last = 1;
  for (let next = ordered.next(); next.done !== true; next = ordered.next()) {
    const position = (next.value.number(0) - first) / interval;
    const at = Math.round(position);
    if (Math.abs(position - at) > 1e-3 || at <= last) {
      const problem = `is not a whole number of intervals (${intervalMs / 1_000} s, as the first) after the row above`;
      throw next.value.error(0, problem);
    }
    add(next.value, at);
    last = at;
  }
  const scale = perSecond ? intervalMs / 1_000 : 1;
  const [startsMs, values] = [starts.values().map((at) => at * intervalMs), sums.values().map((sum) => sum * scale)];
  return { form: 'counts', intervalMs, startsMs, counts: values };
}

/** Reads the first two rows, whose times are an interval apart. */
function readInterval(
  rows: Iterator<CsvRow>,
  file: string,
  add: (row: CsvRow, position: number) => void,
): { readonly first: number; readonly interval: number } {
  const [one, two] = [rows.next(), rows.next()];
  if (one.done === true) throw new ParetoError('invalid-argument', `${file} has no rows after its header`);
  if (two.done === true) throw one.value.error(0, 'is the only row; expected at least two intervals');
  const first = one.value.number(0);
  const interval = two.value.number(0) - first;
  if (interval <= 0) {
    throw two.value.error(0, 'is not after the time of the row above; expected one row for each interval');
  }
  add(one.value, 0);
  add(two.value, 1);
  return { first, interval };
}

/** Numbers in 8 bytes each, of which the file does not state the count. */
class NumberList {
  #numbers = new Float64Array(1_024);
  #size = 0;

  add(value: number): void {
    if (this.#size === this.#numbers.length) {
      const grown = new Float64Array(2 * this.#size);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#size++] = value;
  }

  values(): Float64Array {
    return this.#numbers.slice(0, this.#size);
  }
}
