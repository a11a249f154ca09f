// A table of the page.

import { markup, type Markup } from './markup.js';

export interface Column {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'bars';
}

export type Row = readonly (string | Markup)[];

export const table = (columns: readonly Column[], rows: readonly Row[]): Markup => markup`
<div class="table">
<table>
<thead><tr>${columns.map(({ name, kind }) => markup`<th scope="col" class="${kind}">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map((value, index) => cell(value, columns[index]))}</tr>`)}</tbody>
</table>
</div>`;

const cell = (value: string | Markup, column: Column | undefined): Markup =>
  markup`<td class="${column?.kind ?? 'text'}">${value}</td>`;

export const text = (name: string): Column => ({ name, kind: 'text' });

export const number = (name: string): Column => ({ name, kind: 'number' });

/** The column of bars, which needs no name. */
export const bars: Column = { name: '', kind: 'bars' };

/** Returns a name after a square of the colour that it has in the charts. */
export const named = (name: string, color: string): Markup =>
  markup`<i class="swatch" style="background: var(${color})"></i>${name}`;

/** Returns a bar whose length is a share (0 to 1) of its column. */
export const bar = (share: number, color: string): Markup =>
  markup`<i class="bar" style="width: ${(100 * share).toFixed(2)}%; background: var(${color})"></i>`;
