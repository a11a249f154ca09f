// The `pareto` command's process.

import { systemClock } from '@pareto/core';
import { listenForInterrupts } from './interrupts.js';
import { runProgram } from './program.js';
import { createTerminal } from './terminal.js';

const terminal = createTerminal(process.stdout, process.stderr);
const context = { terminal, clock: systemClock, ...listenForInterrupts() };
process.exit(await runProgram(process.argv.slice(2), context));
