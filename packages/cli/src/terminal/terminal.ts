// Output of commands: results on stdout, progress on stderr, colour and live lines only on a terminal.

import pc from 'picocolors';
import { cutLine, defaultWidth } from '@pareto/report';

export type Paint = ReturnType<typeof pc.createColors>;

export interface Terminal {
  /** Set if stdout is a terminal. */
  readonly interactive: boolean;
  /** Styles for results on stdout. */
  readonly paint: Paint;
  /** Styles for progress on stderr. */
  readonly progressPaint: Paint;
  /** Writes a result to stdout. */
  print(text: string): void;
  /** Writes a line of progress to stderr. */
  note(text: string): void;
  /** Set if stderr is a terminal, so that `status` has an effect. */
  readonly showsStatus: boolean;
  /** Writes lines to stderr that the next output replaces. Does nothing if stderr is not a terminal. */
  status(lines: readonly string[]): void;
  /** Width of stdout in characters, or a default if it is not a terminal. */
  readonly columns: number;
  /** Height of stdout in lines. */
  readonly rows: number;
  /** Opens the alternate screen. Its disposal restores the previous content. */
  openScreen(): Screen;
  /** Restores the screen and the keyboard. Called when the process exits. */
  restore(): void;
}

/** The alternate screen of stdout, and the keyboard. */
interface Screen extends Disposable {
  /** Replaces the content of the screen. Text that does not fit is cut. */
  draw(text: string): void;
  /** Calls `listener` whenever the size changes. */
  onResize(listener: () => void): void;
  /** Calls `listener` with each key if stdin is a terminal. Ctrl-C is `\x03`. */
  onKey(listener: (key: string) => void): void;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

/** Keyboard input, usually stdin. */
export interface Input {
  readonly isTTY?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  off(event: 'data', listener: (bytes: Buffer) => void): unknown;
}

/** Environment variables that control colours: https://no-color.org, https://force-color.org. */
export type ColourEnvironment = Readonly<Partial<Record<'NO_COLOR' | 'FORCE_COLOR' | 'TERM', string | undefined>>>;

export interface TerminalEnvironment {
  readonly env?: ColourEnvironment;
  readonly stdin?: Input;
}

export function usesColour(
  { isTTY }: Output,
  { NO_COLOR: no = '', FORCE_COLOR: force = '', TERM: term }: ColourEnvironment,
): boolean {
  if (no !== '') return false;
  if (force !== '') return force !== '0' && force !== 'false';
  return isTTY === true && term !== 'dumb';
}

/** Cuts a text to the size of a screen. The last line has the number of omitted lines. */
export function fitScreen(text: string, columns: number, rows: number): readonly string[] {
  const lines = text.split('\n');
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  return shown.map((line) => cutLine(line, columns));
}

export function createTerminal(
  stdout: Output,
  stderr: Output,
  { env = {}, stdin }: TerminalEnvironment = {},
): Terminal {
  const painter = (output: Output): Paint => pc.createColors(usesColour(output, env));
  let screen: Screen | undefined;
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stderr.write(`\x1b[${drawn}A\x1b[J`);
    drawn = 0;
  };
  return {
    interactive: stdout.isTTY === true,
    showsStatus: stderr.isTTY === true,
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
      // Lines that have scrolled off the screen can't be replaced.
      const shown = fitScreen(lines.join('\n'), stderr.columns ?? 80, stderr.rows ?? 24);
      for (const line of shown) stderr.write(`${line}\n`);
      drawn = shown.length;
    },
    get columns() {
      return stdout.columns ?? defaultWidth;
    },
    get rows() {
      return stdout.rows ?? 24;
    },
    openScreen: () => (screen = createScreen(stdout, stdin)),
    restore() {
      screen?.[Symbol.dispose]();
      clear();
    },
  };
}

/** Escape codes that enter and leave the alternate screen, with the cursor hidden. */
const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';

function createScreen(stdout: Output, stdin: Input | undefined): Screen {
  const closing: (() => void)[] = [];
  stdout.write(enter);
  closing.push(() => stdout.write(leave));
  return {
    draw(text) {
      const lines = fitScreen(text, stdout.columns ?? 80, stdout.rows ?? 24);
      // Clearing the rest of each line avoids the flicker of clearing the whole screen first.
      stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    },
    onResize(listener) {
      stdout.on?.('resize', listener);
      closing.push(() => stdout.off?.('resize', listener));
    },
    onKey(listener) {
      if (stdin?.isTTY !== true) return;
      const onData = (bytes: Buffer): void => listener(bytes.toString());
      stdin.setRawMode?.(true);
      stdin.on('data', onData);
      stdin.resume();
      closing.push(() => {
        stdin.off('data', onData);
        stdin.setRawMode?.(false);
        stdin.pause();
      });
    },
    [Symbol.dispose]() {
      for (const close of closing.splice(0).reverse()) close();
    },
  };
}
