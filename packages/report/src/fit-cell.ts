// Fits the text of a table's cell into a width, and keeps its colour.

import { stripVTControlCharacters } from 'node:util';
import { takeEnd, takeStart } from './take-columns.js';
import { textWidth } from './text-width.js';
import { wrap } from './wrap.js';

/** Splits a text that is styled as a whole. The codes are empty for any other text. */
function splitStyle(text: string): readonly [open: string, plain: string, close: string] {
  // oxlint-disable-next-line no-control-regex -- colour codes begin with a control character
  const [, open = '', plain = '', close = ''] = /^((?:\x1b\[\d+m)+)([^\x1b]*)((?:\x1b\[\d+m)+)$/.exec(text) ?? [];
  return open === '' ? ['', stripVTControlCharacters(text), ''] : [open, plain, close];
}

/** Replaces the middle or the end of a text that is wider than `width` by `…`. */
export function cutCell(text: string, width: number, at: 'middle' | 'end'): string {
  if (textWidth(text) <= width) return text;
  const [open, plain, close] = splitStyle(text);
  return `${open}${at === 'end' ? `${takeStart(plain, width - 1)}…` : cutMiddle(plain, width)}${close}`;
}

function cutMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const start = takeStart(text, Math.ceil((width - 1) / 2));
  return `${start}…${takeEnd(text, width - 1 - textWidth(start))}`;
}

/** Wraps a text at its spaces into lines of at most `width` columns. Cuts the middle of longer words. */
export function wrapCell(text: string, width: number): readonly string[] {
  if (textWidth(text) <= width) return [text];
  const [open, plain, close] = splitStyle(text);
  const words = plain.split(' ').map((word) => cutMiddle(word, width));
  return wrap(words.join(' '), width + 1, '').map((line) => `${open}${line}${close}`);
}
