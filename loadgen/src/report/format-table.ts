// Formats text tables.

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** `right` if omitted, as suits numbers. */
  readonly align?: 'left' | 'right';
}

const gap = '  ';

/** Returns a line of titles and a line for each row. Leaves out the last columns, which do not fit in lines below `width`. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number = Infinity,
): readonly string[] {
  const texts = columns.map(({ title, cell, align }) => padAll([title, ...rows.map(cell)], align));
  const widths = texts.map(([title = '']) => title.length + gap.length);
  const shown = texts.filter((_, index) => sum(widths.slice(0, index + 1)) - gap.length < width);
  return [undefined, ...rows].map((_, line) =>
    shown
      .map((column) => column[line] ?? '')
      .join(gap)
      .trimEnd(),
  );
}

function padAll(cells: readonly string[], align: 'left' | 'right' = 'right'): readonly string[] {
  const width = Math.max(...cells.map(({ length }) => length));
  return cells.map((cell) => (align === 'left' ? cell.padEnd(width) : cell.padStart(width)));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
