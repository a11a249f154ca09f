// Reads the rows of a CSV file one by one, with errors that name line and column.

import { cutText, ParetoError } from '@pareto/core';

/** A row after the header. */
export class CsvRow {
  readonly #cells: readonly string[];
  readonly #names: readonly string[];
  /** File and line, for errors. */
  readonly #at: string;

  constructor(cells: readonly string[], names: readonly string[], at: string) {
    this.#cells = cells;
    this.#names = names;
    this.#at = at;
  }

  /** Returns the text in a column. */
  text(column: number): string {
    return this.#cells[column]?.trim() ?? '';
  }

  /** Returns the number in a column. Throws `invalid-argument` unless it is from 0 to 1e15. */
  number(column: number): number {
    const text = this.text(column);
    const value = text === '' ? NaN : Number(text);
    if (value >= 0 && value <= maxNumber) return value;
    throw this.error(column, `is not a number from 0 to ${maxNumber}`);
  }

  /** Creates an error at a cell. `problem` is the end of a sentence that begins with the value. */
  error(column: number, problem: string): ParetoError {
    const name = cutText(this.#names[column] ?? '', 40);
    const value = cutText(this.text(column), 40);
    return new ParetoError('invalid-argument', `${this.#at}, column "${name}": "${value}" ${problem}`);
  }
}

export interface CsvTable {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** Rows, which are read once. Throws `invalid-argument` for a row with too few or too many columns. */
  readonly rows: Iterable<CsvRow>;
}

/** Limit of counts and times. Larger ones are mistakes, and their sums would lose digits. */
const maxNumber = 1e15;

/** Accepts a byte order mark, quotes around cells, both kinds of line ends, and empty lines at the end. */
export function readCsv(text: string, file: string): CsvTable {
  const lines = linesOf(text);
  const header = lines.next();
  const names =
    header.done === true ? [''] : splitCells(header.value.replace(/^\uFEFF/, '')).map((name) => name.trim());
  return { names, rows: readRows(lines, names, file) };
}

/** Returns lines without their ends, and without the empty ones after the last row. Keeps no list of them: files are large. */
function* linesOf(text: string): Generator<string, void, undefined> {
  const end = text.trimEnd().length;
  for (let from = 0; from < end;) {
    const found = text.indexOf('\n', from);
    const to = found === -1 ? end : Math.min(found, end);
    yield text.slice(from, text[to - 1] === '\r' ? to - 1 : to);
    from = to + 1;
  }
}

function* readRows(
  lines: Iterable<string>,
  names: readonly string[],
  file: string,
): Generator<CsvRow, void, undefined> {
  let line = 1;
  for (const content of lines) {
    line++;
    const cells = splitCells(content);
    const at = `${file}, line ${line}`;
    if (cells.length !== names.length) {
      const problem = `the row has ${cells.length} columns; expected ${names.length}, as in the header`;
      throw new ParetoError('invalid-argument', `${at}: ${problem}`);
    }
    yield new CsvRow(cells, names, at);
  }
}

const splitCells = (line: string): readonly string[] =>
  (line.includes('"') ? line.replaceAll('"', '') : line).split(',');
