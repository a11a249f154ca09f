// Formats text tables: columns as wide as their widest cell, without ruling lines.

import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** Order in which columns are dropped if the table is too wide, the highest first. Undefined if the column stays. */
  readonly drop?: number;
  /** Set if the column may be cut: it counts as at most `maxFlexibleWidth` wide. */
  readonly flexible?: boolean;
}

export interface TableOptions {
  /** Style of the titles. */
  readonly paintTitles?: (text: string) => string;
  /** Width into which the table must fit. Columns are dropped until it does. */
  readonly width?: number;
}

const width = (text: string): number => stripVTControlCharacters(text).length;

/** Pads like `padEnd`, without counting colour codes. */
export const padVisible = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - width(text)));

const gap = '  ';
const maxFlexibleWidth = 24;

/** Returns a line of titles, and one line per row. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { paintTitles = (text) => text, width: limit = Infinity }: TableOptions = {},
): string {
  const all = columns.map((column) => ({ column, cells: [column.title, ...rows.map(column.cell)] }));
  const shown = fitColumns(
    all.map((each) => ({ ...each, width: Math.max(...each.cells.map(width)) })),
    limit,
  );
  const pad = (text: string, { column, width: wanted }: Sized<Row>): string => {
    const space = ' '.repeat(wanted - width(text));
    return column.align === 'right' ? space + text : text + space;
  };
  const line = (row: number): string =>
    shown
      .map((each) => pad(each.cells[row] ?? '', each))
      .join(gap)
      .trimEnd();
  return [paintTitles(line(0)), ...rows.map((_, row) => line(row + 1))].join('\n');
}

interface Sized<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  readonly width: number;
}

function fitColumns<Row>(columns: readonly Sized<Row>[], limit: number): readonly Sized<Row>[] {
  const needed = ({ column, width: wanted }: Sized<Row>): number =>
    column.flexible === true ? Math.min(wanted, maxFlexibleWidth) : wanted;
  const total = columns.reduce((sum, each) => sum + needed(each) + gap.length, -gap.length);
  const next = Math.max(0, ...columns.map(({ column }) => column.drop ?? 0));
  if (total < limit || next === 0) return columns;
  const index = columns.findLastIndex(({ column }) => column.drop === next);
  return fitColumns(columns.toSpliced(index, 1), limit);
}
