// Reads tables in CSV files, with errors that name the file, the line and the column.

import { cutText, ParetoError } from '@pareto/core';
import { CsvError, parse } from 'csv-parse/sync';

/** A CSV file that was read. */
export interface TableFile {
  /** Name in errors and in the sources of profiles. */
  readonly name: string;
  readonly text: string;
}

/** A row after the header. Its methods throw `invalid-argument` for a cell that is missing or malformed. */
export interface TableRow<Column extends string> {
  /** Name of the file and line, for the sources of profiles. */
  readonly source: string;
  text(column: Column): string;
  /** Returns a number that is at least 0. */
  number(column: Column): number;
  /** Returns a number that is at least 0, or undefined for an empty cell. */
  numberIfAny(column: Column): number | undefined;
}

interface ParsedRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Returns the rows of a file with a header that has at least these columns, in any order. */
export function readTable<Column extends string>(
  file: TableFile,
  columns: readonly Column[],
): readonly TableRow<Column>[] {
  const [header, ...rows] = parseRows(file);
  const names = header?.record.map((name) => name.trim()) ?? [];
  const missing = columns.find((column) => !names.includes(column));
  if (missing !== undefined) throw tableError(`${file.name}, line 1`, `there is no column "${missing}"`);
  const indexes = new Map(columns.map((column) => [column, names.indexOf(column)]));
  return rows.map(({ record, info }) => createRow(record, `${file.name}, line ${info.lines}`, indexes));
}

function parseRows({ name, text }: TableFile): readonly ParsedRow[] {
  try {
    return parse(text, { bom: true, info: true, skip_empty_lines: true }) as unknown as readonly ParsedRow[];
  } catch (error) {
    throw error instanceof CsvError ? tableError(name, `it is not CSV: ${cutText(error.message)}`, error) : error;
  }
}

function createRow<Column extends string>(
  record: readonly string[],
  source: string,
  indexes: ReadonlyMap<Column, number>,
): TableRow<Column> {
  const cell = (column: Column): string => record[indexes.get(column) ?? -1]?.trim() ?? '';
  const wrong = (column: Column, problem: string): ParetoError =>
    tableError(`${source}, column "${column}"`, `"${cutText(cell(column), 40)}" ${problem}`);
  const number = (column: Column): number => {
    const value = cell(column) === '' ? Number.NaN : Number(cell(column));
    if (!(value >= 0 && value < Infinity)) throw wrong(column, 'is not a number that is at least 0');
    return value;
  };
  return {
    source,
    number,
    text(column) {
      if (cell(column) === '') throw wrong(column, 'is empty; expected a text');
      return cell(column);
    },
    numberIfAny: (column) => (cell(column) === '' ? undefined : number(column)),
  };
}

const tableError = (where: string, problem: string, cause?: unknown): ParetoError =>
  new ParetoError('invalid-argument', `${where}: ${problem}`, { cause });
