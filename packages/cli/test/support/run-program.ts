// Runs a command line in the test's process.

import type { Clock } from '@pareto/core';
import { runProgram } from '../../src/program.js';
import { createTerminal } from '../../src/terminal/terminal.js';
import { clock } from './clock.js';

interface Written {
  stdout: string;
  stderr: string;
}

export interface Running {
  /** Output so far. */
  readonly written: Written;
  /** Interrupts the command, like Ctrl-C. */
  readonly stop: () => void;
  readonly ended: Promise<Written & { readonly code: number }>;
}

export const startProgram = (...argv: readonly string[]): Running => startProgramWith(clock, argv);

export function startProgramWith(clock: Clock, argv: readonly string[]): Running {
  const written: Written = { stdout: '', stderr: '' };
  const stop = new AbortController();
  const output = (name: keyof Written): { write(text: string): unknown } => ({
    write: (text) => (written[name] += text),
  });
  const terminal = createTerminal(output('stdout'), output('stderr'));
  const ended = runProgram(argv, { terminal, clock, stop: stop.signal, kill: stop.signal });
  return {
    written,
    stop: () => stop.abort(new Error('interrupted')),
    ended: ended.then((code) => ({ code, ...written })),
  };
}
