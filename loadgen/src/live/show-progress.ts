// Shows the progress of a run: lines that are rewritten in place on a terminal, and a line every 10 s elsewhere.

import { milliseconds, type Clock } from '@pareto/core';
import pc from 'picocolors';
import { formatProgress, formatProgressLine, type ProgressView } from './format-progress.js';

/** The part of `process.stderr` that is used. */
export interface ProgressOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** Considers NO_COLOR and FORCE_COLOR. Undefined if the output is not a terminal. */
  readonly hasColors?: (() => boolean) | undefined;
}

export interface ProgressForm {
  readonly refreshMs: number;
  /** Number of refreshes that the latest counts cover. */
  readonly moments: number;
}

export const progressForm = ({ isTTY }: Pick<ProgressOutput, 'isTTY'>): ProgressForm =>
  isTTY === true ? { refreshMs: 500, moments: 4 } : { refreshMs: 10_000, moments: 1 };

/** Shows the view at each refresh until it is disposed, which removes the lines from a terminal. */
export function showProgress(output: ProgressOutput, view: () => ProgressView, clock: Clock): Disposable {
  const { refreshMs } = progressForm(output);
  const draw = output.isTTY === true ? createDrawing(output) : createLog(output);
  let timer: Disposable | undefined;
  const refresh = (): void => {
    draw.show(view());
    timer = clock.after(milliseconds(refreshMs), refresh);
  };
  timer = clock.after(milliseconds(refreshMs), refresh);
  return {
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      draw.clear();
    },
  };
}

interface Drawing {
  show(view: ProgressView): void;
  clear(): void;
}

const createLog = (output: ProgressOutput): Drawing => ({
  show: (view) => void output.write(`${formatProgressLine(view)}\n`),
  clear: () => undefined,
});

function createDrawing(output: ProgressOutput): Drawing {
  const paint = pc.createColors(output.hasColors?.() === true);
  let drawn = 0;
  const back = (): string => (drawn === 0 ? '' : `\x1b[${drawn}A`);
  return {
    show(view) {
      // Lines that have scrolled off the screen cannot be rewritten.
      const lines = formatProgress(view, output.columns ?? 80, paint).slice(0, (output.rows ?? 24) - 1);
      output.write(`${back()}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
      drawn = lines.length;
    },
    clear() {
      if (drawn > 0) output.write(`${back()}\x1b[J`);
      drawn = 0;
    },
  };
}
