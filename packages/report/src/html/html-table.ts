// A table of a page.

import { markup, type Markup } from './markup.js';

export interface HtmlColumn {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'bars';
}

export type HtmlRow = readonly (string | Markup)[];

export const htmlTable = (columns: readonly HtmlColumn[], rows: readonly HtmlRow[]): Markup => markup`
<div class="table">
<table>
<thead><tr>${columns.map(({ name, kind }) => markup`<th scope="col" class="${kind}">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${row.map((value, index) => cell(value, columns[index]))}</tr>`)}</tbody>
</table>
</div>`;

const cell = (value: string | Markup, column: HtmlColumn | undefined): Markup =>
  markup`<td class="${column?.kind ?? 'text'}">${value}</td>`;

export const textColumn = (name: string): HtmlColumn => ({ name, kind: 'text' });

export const numberColumn = (name: string): HtmlColumn => ({ name, kind: 'number' });

/** The column of bars, which needs no name. */
export const barsColumn: HtmlColumn = { name: '', kind: 'bars' };

/** Returns a name after a square of the colour that it has in the charts. */
export const withSwatch = (name: string, color: string): Markup =>
  markup`<i class="swatch" style="background: var(${color})"></i>${name}`;

/** Returns a bar whose length is a share (0 to 1) of its column. */
export const shareBar = (share: number, color: string): Markup =>
  markup`<i class="bar" style="width: ${(100 * share).toFixed(2)}%; background: var(${color})"></i>`;
