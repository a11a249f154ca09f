// Parts of texts by their width on a terminal, where some characters take two columns, and others none.

import { charactersOf, textWidth } from './text-width.js';

/** Returns the longest start of a text without colours that fits into `width` columns. */
export const takeStart = (text: string, width: number): string => fitting(charactersOf(text), width).join('');

/** Returns the longest end of a text without colours that fits into `width` columns. */
export const takeEnd = (text: string, width: number): string =>
  fitting(charactersOf(text).toReversed(), width).toReversed().join('');

function fitting(characters: readonly string[], width: number): readonly string[] {
  let left = width;
  const end = characters.findIndex((character) => (left -= textWidth(character)) < 0);
  return end < 0 ? characters : characters.slice(0, end);
}
