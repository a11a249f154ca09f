// A kind of thing that `pareto get` lists: its names, where it comes from, and its columns.

import type { ControllerClients } from '../connection/connect.js';
import { formatTable, type Column } from '../terminal/table.js';
import type { Paint } from '../terminal/terminal.js';

interface KindColumn<Row> extends Column<Row> {
  /** Only in a wide table. */
  readonly wide?: boolean;
}

interface KindSpec<Row> {
  /** Plural, as it is shown. */
  readonly name: string;
  /** What people type for it. */
  readonly aliases: readonly string[];
  readonly summary: string;
  /** What to tell when there is none. */
  readonly none: string;
  readonly list: (query: Query) => Promise<readonly Row[]>;
  readonly nameOf: (row: Row) => string;
  readonly columns: (paint: Paint) => readonly KindColumn<Row>[];
}

export interface Query {
  readonly clients: ControllerClients;
  /** Only of this task; empty: of all. */
  readonly task: string;
  readonly signal: AbortSignal;
}

/** One thing: for people its cells, for programs all that is known of it. */
export interface Item {
  readonly name: string;
  readonly value: unknown;
  readonly row: unknown;
}

export interface Kind {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly none: string;
  list(query: Query): Promise<readonly Item[]>;
  format(items: readonly Item[], options: FormatOptions): string;
}

interface FormatOptions {
  readonly wide: boolean;
  readonly paint: Paint;
  readonly width?: number;
}

export const createKind = <Row>({ list, nameOf, columns, ...head }: KindSpec<Row>): Kind => ({
  ...head,
  list: async (query) => (await list(query)).map((row) => ({ name: nameOf(row), value: row, row })),
  format(items, { wide, paint, width = Infinity }) {
    const shown = columns(paint).filter((column) => wide || column.wide !== true);
    // Only what this kind listed comes back to it.
    const rows = items.map(({ row }) => row as Row);
    return formatTable(shown, rows, { paintTitles: paint.bold, width });
  },
});
