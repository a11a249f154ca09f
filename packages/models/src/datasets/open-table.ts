// Reads the rows of tables in text files: CSV (RFC 4180) with a header, and JSON lines.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { cutText, publicText } from '@pareto/core';
import { CsvError, parse } from 'csv-parse';
import { setError } from './set-error.js';
import type { Scalar } from './table-elements.js';

export type TableFormat = 'CSV' | 'JSON lines';

/** JSON lines may have arrays. */
export type Cell = Scalar | readonly Cell[];

export interface Table extends AsyncDisposable {
  /** Names in the header of CSV, or of the fields in the first of JSON lines. */
  readonly columns: readonly string[];
  /** Cells in the order of the columns. */
  readonly rows: AsyncIterable<readonly Cell[]>;
}

export interface TableLimits {
  readonly maxBytes: number;
  readonly maxRows: number;
  readonly maxColumns: number;
  readonly maxRowBytes: number;
}

const defaultLimits: TableLimits = {
  maxBytes: 2 ** 30,
  maxRows: 10_000_000,
  maxColumns: 65_536,
  maxRowBytes: 2 ** 24,
};

/** Opens a table. It and its rows throw `invalid-argument` for a file that is malformed or exceeds a limit. */
export async function openTable(
  file: string,
  format: TableFormat,
  limits: TableLimits = defaultLimits,
): Promise<Table> {
  const { size } = await stat(file);
  if (size > limits.maxBytes) throw setError(`it has ${size} bytes, the limit is ${limits.maxBytes}`);
  const records = format === 'CSV' ? csvRecords(file, limits) : jsonRecords(file, limits);
  const close = async (): Promise<void> => void (await records.return(undefined));
  try {
    const first = await records.next();
    if (first.done === true) throw setError('the file is empty');
    const columns = first.value.map(String);
    checkColumns(columns, limits);
    return { columns, rows: limited(records, limits), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function checkColumns(columns: readonly string[], { maxColumns }: TableLimits): void {
  if (columns.length > maxColumns) throw tooManyColumns(maxColumns);
  const seen = new Set<string>();
  const duplicate = columns.find((name) => seen.size === seen.add(name).size);
  if (duplicate !== undefined) throw setError(`it has two columns ${JSON.stringify(cutText(duplicate, 100))}`);
}

const tooManyColumns = (limit: number): Error => setError(`it has more than ${limit} columns, which is the limit`);

async function* limited(
  rows: AsyncIterable<readonly Cell[]>,
  { maxRows }: TableLimits,
): AsyncGenerator<readonly Cell[]> {
  let count = 0;
  for await (const row of rows) {
    if (++count > maxRows) throw setError(`it has more than ${maxRows} rows, which is the limit`);
    yield row;
  }
}

/** Yields the header and then the rows. */
async function* csvRecords(file: string, limits: TableLimits): AsyncGenerator<readonly Cell[]> {
  const parser = parse({ skip_empty_lines: true, max_record_size: limits.maxRowBytes });
  // The parser limits records that have line breaks. An error of the source ends the parser, which passes it on.
  pipeline(Readable.from(withFewColumns(textOf(file, limits), limits)), parser, () => undefined);
  try {
    let isHeader = true;
    for await (const record of parser as AsyncIterable<readonly string[]>) {
      yield isHeader ? record.map((name) => name.trim()) : record;
      isHeader = false;
    }
  } catch (error) {
    throw error instanceof CsvError ? setError(`it is not CSV: ${cutText(error.message)}`, error) : error;
  }
}

/**
 * Yields the texts of a CSV file. Throws `invalid-argument` for a record with too many columns, before the parser creates all
 * of them: a line of commas takes it a second per million.
 */
async function* withFewColumns(texts: AsyncIterable<string>, { maxColumns }: TableLimits): AsyncGenerator<string> {
  let [isQuoted, columns] = [false, 1];
  for await (const text of texts) {
    for (const character of text) {
      if (character === '"') isQuoted = !isQuoted;
      else if (isQuoted) continue;
      else if (character === '\n' || character === '\r') columns = 1;
      else if (character === ',' && ++columns > maxColumns) throw tooManyColumns(maxColumns);
    }
    yield text;
  }
}

/** Yields the names of the fields in the first line, and then their values in each line. A field that a line lacks is null. */
async function* jsonRecords(file: string, limits: TableLimits): AsyncGenerator<readonly Cell[]> {
  let fields: readonly string[] | undefined;
  let number = 0;
  for await (const line of linesOf(textOf(file, limits))) {
    number++;
    if (line.trim() === '') continue;
    const record = parseRecord(line, number);
    if (fields === undefined) yield (fields = Object.keys(record));
    yield fields.map((name) => (Object.hasOwn(record, name) ? (record[name] ?? null) : null));
  }
}

function parseRecord(line: string, number: number): Readonly<Record<string, Cell>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw setError(
      `line ${number} is not JSON: ${cutText(publicText(error))}; expected one object per line, with null for a missing value`,
      error,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, Cell>;
  throw setError(`line ${number} is ${cutText(line, 40)}, expected an object, such as {"x": 1.5, "label": "yes"}`);
}

/** Yields the content of a UTF-8 file without its byte order mark. Throws `invalid-argument` for a line beyond the limit. */
async function* textOf(file: string, { maxRowBytes }: TableLimits): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lineLength = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
      const text = decoder.decode(chunk as Buffer, { stream: true });
      const end = text.lastIndexOf('\n');
      lineLength = end === -1 ? lineLength + text.length : text.length - end - 1;
      if (lineLength > maxRowBytes)
        throw setError(`a line has more than ${maxRowBytes} characters, which is the limit`);
      yield text;
    }
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? setError("it is not UTF-8: save it with encoding='utf-8'", error) : error;
  }
}

/** Size of the parts in which a file is read. A line is at most this much longer than the limit. */
const chunkBytes = 2 ** 18;

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}
