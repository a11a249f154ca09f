// Wraps a text into lines at its spaces.

import { textWidth } from './text-width.js';

/** Wraps into lines shorter than `columns`, except for longer words. Starts all lines but the first with `hanging`. */
export function wrap(text: string, columns: number, hanging = '  '): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) >= columns) {
      lines.push(line);
      line = `${hanging}${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Wraps into lines that are indented by two spaces, and the lines after the first by four. */
export const indent = (text: string, columns: number): readonly string[] =>
  wrap(text, columns - 2).map((line) => `  ${line}`);
