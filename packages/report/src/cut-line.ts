// Cuts lines for a terminal.

import { takeStart } from './take-columns.js';
import { textWidth } from './text-width.js';

// oxlint-disable-next-line no-control-regex -- colour codes begin with a control character
const escape = /(\x1b\[[0-9;]*m)/;

/** Cuts a line so that it is shorter than `width`, and resets the colour at the cut. */
export function cutLine(line: string, width: number): string {
  if (textWidth(line) < width) return line;
  let left = Math.max(0, width - 2);
  const parts = line.split(escape).map((part) => {
    if (part.startsWith('\x1b')) return left > 0 ? part : '';
    const shown = takeStart(part, left);
    left -= textWidth(shown);
    return shown;
  });
  return `${parts.join('')}${escape.test(line) ? '\x1b[0m' : ''}…`;
}
