// Formats text tables that fit a width: drops columns, wraps texts, and shortens names as the last resort.

import { cutCell, wrapCell } from './fit-cell.js';
import { textWidth } from './text-width.js';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** Order in which columns are dropped if the table is too wide, the highest first. Undefined if the column stays. */
  readonly drop?: number;
  /** Set if the column contains sentences, which are wrapped at spaces before columns are dropped. */
  readonly text?: boolean;
  /** Set if cells may be cut in the middle before columns are dropped. */
  readonly cut?: boolean;
  /** Set if the column is left out when all its cells are empty. */
  readonly optional?: boolean;
}

export interface TableOptions {
  /** Style of the titles. */
  readonly paintTitles?: (text: string) => string;
  /** Width below which all lines stay, as `Terminal.columns`. */
  readonly width?: number;
  /** Set to cut texts instead of wrapping them, so that each row is one line. */
  readonly cutsTexts?: boolean;
}

/** Pads like `padEnd`, by the width on a terminal. */
export const padVisible = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - textWidth(text)));

/** Width of output that does not go to a terminal. */
export const defaultWidth = 100;
const gap = '  ';
/** Widths that columns get before others are dropped: texts a phrase and the longest name in it, cut cells their ends. */
const minWidths = { phrase: 24, name: 60, cut: 16 } as const;

/** Returns a line of titles, and one or more lines per row. */
export const formatTable = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions = {},
): string => formatRows(columns, rows, options).join('\n');

/** Returns the titles, and the lines of each row as one text. */
export function formatRows<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { paintTitles = (text) => text, width: limit = defaultWidth, cutsTexts = false }: TableOptions = {},
): readonly string[] {
  const sized = columns.map((column) => sizeColumn(column, rows));
  const shown = shrink(dropColumns(sized.filter(isShown), limit), limit);
  const [titles = '', ...blocks] = ['titles', ...rows].map((_, row) => formatRow(shown, row, cutsTexts));
  return [paintTitles(titles), ...blocks];
}

interface Sized {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly drop?: number;
  readonly text?: boolean;
  readonly optional?: boolean;
  /** The title and the rows' cells. */
  readonly cells: readonly string[];
  readonly width: number;
  /** Width below which the column is not shrunk while others can be. */
  readonly minWidth: number;
}

function sizeColumn<Row>({ cell, ...column }: Column<Row>, rows: readonly Row[]): Sized {
  const cells = [column.title, ...rows.map((row) => cell(row).replaceAll(/\s*\n\s*/g, ' '))];
  const natural = Math.max(...cells.map((text) => textWidth(text)));
  const longestWord = Math.max(...cells.flatMap((text) => text.split(' ').map((word) => textWidth(word))));
  const phraseWidth = Math.max(minWidths.phrase, Math.min(longestWord, minWidths.name));
  const least = column.text === true ? phraseWidth : column.cut === true ? minWidths.cut : natural;
  return { ...column, cells, width: natural, minWidth: Math.min(natural, least) };
}

const isShown = ({ optional, cells }: Sized): boolean =>
  optional !== true || cells.slice(1).some((cell) => cell !== '');

const total = (widths: readonly number[]): number => widths.reduce((sum, each) => sum + each + gap.length, -gap.length);

/** Drops columns until the others fit with their minimum widths, or none can be dropped. */
function dropColumns(columns: readonly Sized[], limit: number): readonly Sized[] {
  const next = Math.max(0, ...columns.map(({ drop = 0 }) => drop));
  if (total(columns.map(({ minWidth }) => minWidth)) < limit || next === 0) return columns;
  const index = columns.findLastIndex(({ drop }) => drop === next);
  return dropColumns(columns.toSpliced(index, 1), limit);
}

/** Shrinks the widest texts, and then the widest columns of any kind, until all fit. */
function shrink(columns: readonly Sized[], limit: number): readonly Sized[] {
  const widths = columns.map((column) => column.width);
  while (total(widths) >= limit && Math.max(...widths) > 1) {
    const texts = columns.flatMap(({ minWidth }, i) => ((widths[i] ?? 0) > minWidth ? [i] : []));
    const candidates = texts.length > 0 ? texts : [...widths.keys()];
    const widest = candidates.reduce((best, i) => ((widths[i] ?? 0) > (widths[best] ?? 0) ? i : best));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return columns.map((column, i) => ({ ...column, width: widths[i] ?? 0 }));
}

function formatRow(columns: readonly Sized[], row: number, cutsTexts: boolean): string {
  const cells = columns.map((column) => {
    const cell = column.cells[row] ?? '';
    if (column.text === true && !cutsTexts) return wrapCell(cell, column.width);
    // Names differ at their ends.
    return [cutCell(cell, column.width, column.text === true ? 'end' : 'middle')];
  });
  const height = Math.max(...cells.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, line) =>
    columns
      .map(({ align, width: wanted }, i) => {
        const text = cells[i]?.[line] ?? '';
        const space = ' '.repeat(wanted - textWidth(text));
        return align === 'right' ? space + text : text + space;
      })
      .join(gap)
      .trimEnd(),
  );
  return lines.join('\n');
}
