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
  /** Of stdout, in characters. */
  readonly columns: number;
  /** Shows a whole screen on stdout in place of the one before: what doesn't fit is cut. */
  screen(text: string): void;
  /** Calls back whenever stdout's size changes, until it is disposed of. */
  onResize(listener: () => void): Disposable;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

const painter = (output: Output): Paint => pc.createColors(pc.isColorSupported && output.isTTY === true);

/** Cuts a line to a width that does not wrap, leaving colours whole by dropping them. */
function fit(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < width ? line : `${plain.slice(0, Math.max(0, width - 2))}…`;
}

/** A text's lines cut to a screen, the last one saying how many there is no room for. */
export function fitScreen(text: string, columns: number, rows: number): readonly string[] {
  const lines = text.split('\n');
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  return shown.map((line) => fit(line, columns));
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
      if (lines.length === 0) return;
      // What is higher than the screen can't be drawn over.
      const shown = fitScreen(lines.join('\n'), stderr.columns ?? 80, stderr.rows ?? 24);
      for (const line of shown) stderr.write(`${line}\n`);
      drawn = shown.length;
    },
    get columns() {
      return stdout.columns ?? 80;
    },
    screen(text) {
      const lines = fitScreen(text, stdout.columns ?? 80, stdout.rows ?? 24);
      // Each line clears what is left of the one before it: a screen that is cleared first flickers.
      stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    },
    onResize(listener) {
      stdout.on?.('resize', listener);
      return { [Symbol.dispose]: () => void stdout.off?.('resize', listener) };
    },
  };
}
