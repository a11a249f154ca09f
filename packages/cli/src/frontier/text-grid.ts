// A grid of characters that is drawn on and then printed.

export type Style = (text: string) => string;

interface Cell {
  readonly char: string;
  readonly style: Style;
}

export interface TextGrid {
  readonly columns: number;
  readonly rows: number;
  /** Draws over what is there; what lies outside is left out. */
  put(column: number, row: number, text: string, style: Style): void;
  /** Every one of so many cells lies inside and has nothing drawn on it, or only what `over` says may be drawn over. */
  isFree(column: number, row: number, length: number, over?: string): boolean;
  lines(): readonly string[];
}

export function createTextGrid(columns: number, rows: number): TextGrid {
  const cells = Array.from({ length: rows }, () => new Array<Cell | undefined>(columns).fill(undefined));
  return {
    columns,
    rows,
    put(column, row, text, style) {
      // All that is drawn has one code unit a character.
      text.split('').forEach((char, i) => {
        const line = cells[row];
        if (line !== undefined && column + i >= 0 && column + i < columns) line[column + i] = { char, style };
      });
    },
    isFree(column, row, length, over = '') {
      const line = cells[row];
      if (line === undefined || column < 0 || column + length > columns) return false;
      return line.slice(column, column + length).every((cell) => cell === undefined || over.includes(cell.char));
    },
    lines: () =>
      cells.map((line) =>
        line
          .map((cell) => cell?.style(cell.char) ?? ' ')
          .join('')
          .trimEnd(),
      ),
  };
}
