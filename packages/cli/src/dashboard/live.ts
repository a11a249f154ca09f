// Shows a live view on the alternate screen until the user leaves it.

import { milliseconds } from '@pareto/core';
import type { Context } from '../context/context.js';

export interface LiveOptions {
  readonly draw: () => string;
  /** Refreshes the data. The signal aborts when the view is left; an error ends the view. */
  readonly observe: (signal: AbortSignal) => Promise<void>;
  /** Called with every key that does not leave the view. The view is then drawn again. */
  readonly onKey?: (key: string) => void;
}

const refreshMs = milliseconds(1_000);
const leaving: ReadonlySet<string> = new Set(['q', 'Q', '\x03', '\x04', '\x1b']);

/** Draws every second and on each resize, until q, Ctrl-C or a signal. Then restores the terminal. */
export async function showLive({ terminal, clock, stop }: Context, options: LiveOptions): Promise<void> {
  const closed = new AbortController();
  const ended = AbortSignal.any([stop, closed.signal]);
  using screen = terminal.openScreen();
  const redraw = (): void => {
    if (!ended.aborted) screen.draw(options.draw());
  };
  screen.onResize(redraw);
  screen.onKey((key) => {
    if (leaving.has(key)) return closed.abort();
    options.onKey?.(key);
    redraw();
  });
  const repeatedly = async (work: () => unknown): Promise<void> => {
    while (!ended.aborted) {
      await work();
      await clock.sleep(refreshMs, ended).catch(() => undefined);
    }
  };
  try {
    await Promise.all([repeatedly(redraw), repeatedly(() => options.observe(ended))]);
  } catch (error) {
    if (!ended.aborted) throw error;
  } finally {
    closed.abort();
  }
}
