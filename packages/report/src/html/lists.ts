// Lists of names with values, and of key figures.

import { markup, type Markup } from './markup.js';

export type Fact = readonly [name: string, value: string];

export const factList = (facts: readonly Fact[]): Markup => markup`
<dl class="facts">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** A key figure in large type. */
export interface Tile {
  readonly name: string;
  readonly figure: string;
  readonly note: string;
}

export const tileList = (tiles: readonly Tile[]): Markup => markup`
<dl class="tiles">${tiles.map(
  ({ name, figure, note }) => markup`<div><dt>${name}</dt><dd>${figure}</dd><dd class="note">${note}</dd></div>`,
)}</dl>`;
