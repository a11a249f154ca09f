// A live picture that has the screen until somebody leaves it.

import { milliseconds } from '@pareto/core';
import type { Context } from '../context/context.js';

export interface LiveOptions {
  readonly draw: () => string;
  /** Looks again; the signal aborts when the picture is left. What it throws ends the picture. */
  readonly observe: (signal: AbortSignal) => Promise<void>;
  /** Any but those that leave; then it is drawn. */
  readonly onKey?: (key: string) => void;
}

const refreshMs = milliseconds(1_000);
const leaving: ReadonlySet<string> = new Set(['q', 'Q', '\x03', '\x04', '\x1b']);

/** Draws each second and at each change of size, until q, Ctrl-C or a signal. The terminal is then as it was before. */
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
