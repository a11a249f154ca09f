// What commands write to: results on stdout, progress on stderr, colour and live lines only on a terminal.

import pc from 'picocolors';
import { stripVTControlCharacters } from 'node:util';

export type Paint = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** Results may be drawn over, and stay on the screen. */
  readonly interactive: boolean;
  /** For results on stdout. */
  readonly paint: Paint;
  /** For progress on stderr. */
  readonly progressPaint: Paint;
  /** A result, on stdout. */
  print(text: string): void;
  /** A line of progress, on stderr. */
  note(text: string): void;
  /** Lines on stderr that the next call of any kind replaces. Nothing when stderr is no terminal. */
  status(lines: readonly string[]): void;
  /** Shows a whole screen on stdout in place of the one before. */
  screen(text: string): void;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const painter = (output: Output): Paint => pc.createColors(pc.isColorSupported && output.isTTY === true);

/** Cuts a line to a width that does not wrap, leaving colours whole by dropping them. */
function fit(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < width ? line : `${plain.slice(0, width - 2)}…`;
}

export function createTerminal(stdout: Output, stderr: Output): Terminal {
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stderr.write(`\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  };
  return {
    interactive: stdout.isTTY === true,
    paint: painter(stdout),
    progressPaint: painter(stderr),
    print(text) {
      clear();
      stdout.write(`${text}\n`);
    },
    note(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    status(lines) {
      if (stderr.isTTY !== true) return;
      clear();
      for (const line of lines) stderr.write(`${fit(line, stderr.columns ?? 80)}\n`);
      drawn = lines.length;
    },
    screen(text) {
      stdout.write(`\x1b[H\x1b[J${text}\n`);
    },
  };
}
