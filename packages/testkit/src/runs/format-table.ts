// Text in aligned columns.

export interface Column {
  readonly title: string;
  /** Aligns to the right. */
  readonly isNumber?: boolean;
}

/** Formats rows of cells below the titles of their columns. Omits columns in which all cells are empty. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const filled = columns
    .map((column, index) => ({ ...column, cells: rows.map((row) => row[index] ?? '') }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map(({ title, isNumber, cells }) => alignCells([title, ...cells], isNumber ?? false));
  return [undefined, ...rows]
    .map((_, line) =>
      filled
        .map((cells) => cells[line])
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function alignCells(cells: readonly string[], isNumber: boolean): readonly string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  return cells.map((cell) => (isNumber ? cell.padStart(width) : cell.padEnd(width)));
}
