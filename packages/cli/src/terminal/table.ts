// Tables for people: columns as wide as their widest cell, no lines.

import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
  /** Where a table is too wide, those with the highest number go first; without one it stays. */
  readonly drop?: number;
  /** It may be cut: it counts as no wider than a few words. */
  readonly flexible?: boolean;
}

export interface TableOptions {
  /** Of the line of titles. */
  readonly paintTitles?: (text: string) => string;
  /** Columns are left out until it fits. */
  readonly width?: number;
}

const width = (text: string): number => stripVTControlCharacters(text).length;

/** As `padEnd`, not counting colours. */
export const padVisible = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - width(text)));

const gap = '  ';
const fewWords = 24;

/** One line a row, under a line of titles. */
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
    column.flexible === true ? Math.min(wanted, fewWords) : wanted;
  const total = columns.reduce((sum, each) => sum + needed(each) + gap.length, -gap.length);
  const next = Math.max(0, ...columns.map(({ column }) => column.drop ?? 0));
  if (total < limit || next === 0) return columns;
  const index = columns.findLastIndex(({ column }) => column.drop === next);
  return fitColumns(columns.toSpliced(index, 1), limit);
}
