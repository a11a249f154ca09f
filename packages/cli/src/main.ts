// The `pareto` command's process.

import { systemClock } from '@pareto/core';
import { listenForInterrupts } from './context/interrupts.js';
import { runProgram } from './program.js';
import { createTerminal } from './terminal/terminal.js';

// eslint-disable-next-line no-restricted-properties -- what it says of colours
const terminal = createTerminal(process.stdout, process.stderr, { env: process.env, stdin: process.stdin });
process.on('exit', () => terminal.restore());
// Whoever reads may have had enough, as `head` has.
process.stdout.on('error', () => process.exit(0));
const context = { terminal, clock: systemClock, ...listenForInterrupts() };
process.exit(await runProgram(process.argv.slice(2), context));
