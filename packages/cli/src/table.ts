// Tables for people: columns as wide as their widest cell, no lines.

import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly cell: (row: Row) => string;
}

const width = (text: string): number => stripVTControlCharacters(text).length;

/** As `padEnd`, not counting colours. */
export const padVisible = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - width(text)));

/** One line a row, under a line of titles. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map((column) => column.cell(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => width(line[i] ?? ''))));
  const pad = (text: string, i: number): string => {
    const space = ' '.repeat((widths[i] ?? 0) - width(text));
    return columns[i]?.align === 'right' ? space + text : text + space;
  };
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
