// A grid of styled characters to draw on.

export type Style = (text: string) => string;

interface Cell {
  readonly char: string;
  readonly style: Style;
}

export interface TextGrid {
  readonly columns: number;
  readonly rows: number;
  /** Writes a text, replacing what is there. Characters outside the grid are dropped. */
  put(column: number, row: number, text: string, style: Style): void;
  /** Returns whether `length` cells are inside the grid and empty, or contain only characters of `over`. */
  isFree(column: number, row: number, length: number, over?: string): boolean;
  lines(): readonly string[];
}

export function createTextGrid(columns: number, rows: number): TextGrid {
  const cells = Array.from({ length: rows }, () => new Array<Cell | undefined>(columns).fill(undefined));
  return {
    columns,
    rows,
    put(column, row, text, style) {
      // Every character drawn here is a single UTF-16 code unit.
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
