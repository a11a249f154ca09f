// Width of texts on a terminal, where some characters take two columns, and others none.

import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';

/** ASCII, Latin, Greek and Cyrillic letters, and the symbols of tables and charts: one column each. */
const singleColumns =
  /^[ -~\xA0-\xAC\xAE-\u02FF\u0370-\u0482\u048A-\u052F\u2010-\u2027\u2030-\u205E\u2190-\u22FF\u2500-\u25FC\u2713\u2717]*$/;

const invisible = /^[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Mark}]*$/u;
const emoji = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;

/** Created at its first use, which takes longer than formatting a table. */
let segmenter: Intl.Segmenter | undefined;

/** Returns the characters as a reader sees them: letters with their accents, and whole emoji. */
export function charactersOf(text: string): readonly string[] {
  if (singleColumns.test(text)) return text.split('');
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Returns the number of columns that a text takes, without its colours. */
export function textWidth(text: string): number {
  const plain = text.includes('\x1B') ? stripVTControlCharacters(text) : text;
  if (singleColumns.test(plain)) return plain.length;
  return charactersOf(plain).reduce((width, character) => width + widthOf(character), 0);
}

function widthOf(character: string): number {
  if (invisible.test(character)) return 0;
  return emoji.test(character) ? 2 : eastAsianWidth(character.codePointAt(0) ?? 0);
}
