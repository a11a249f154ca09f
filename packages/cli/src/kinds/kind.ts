// Definition of a kind that `pareto get` lists: its names, its source and its columns.

import { formatRows, type Column } from '@pareto/report';
import type { ControllerClients } from '../connection/connect.js';
import type { Paint } from '../terminal/terminal.js';

interface KindColumn<Row> extends Column<Row> {
  /** Set if the column is only shown in wide tables. */
  readonly wide?: boolean;
}

interface KindSpec<Row> {
  /** Displayed name, in the plural. */
  readonly name: string;
  /** Alternative names. */
  readonly aliases: readonly string[];
  readonly summary: string;
  /** Text to print if the list is empty. */
  readonly none: string;
  readonly list: (query: Query) => Promise<readonly Row[]>;
  readonly nameOf: (row: Row) => string;
  readonly columns: (paint: Paint) => readonly KindColumn<Row>[];
}

export interface Query {
  readonly clients: ControllerClients;
  /** Task to which the list is restricted. Empty for all tasks. */
  readonly task: string;
  readonly signal: AbortSignal;
}

/** A listed item: `row` for the cells of the table, `value` for JSON and YAML. */
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
  /** Returns the titles, and the lines of each item as one text. */
  format(items: readonly Item[], options: FormatOptions): readonly string[];
}

interface FormatOptions {
  readonly wide: boolean;
  readonly paint: Paint;
  readonly width: number;
}

export const createKind = <Row>({ list, nameOf, columns, ...head }: KindSpec<Row>): Kind => ({
  ...head,
  list: async (query) => (await list(query)).map((row) => ({ name: nameOf(row), value: row, row })),
  format(items, { wide, paint, width }) {
    const shown = columns(paint).filter((column) => wide || column.wide !== true);
    // The items come from this kind's own `list`.
    const rows = items.map(({ row }) => row as Row);
    return formatRows(shown, rows, { paintTitles: paint.bold, width });
  },
});
