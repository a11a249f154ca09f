// Process of the `pareto` command.

import { systemClock } from '@pareto/core';
import { runProcess } from '@pareto/report';
import { listenForInterrupts } from './context/interrupts.js';
import { runProgram } from './program.js';
import { createTerminal } from './terminal/terminal.js';

// oxlint-disable-next-line no-restricted-properties -- the variables that control colours, and the names of Pareto's
const { env } = process;
const terminal = createTerminal(process.stdout, process.stderr, { env, stdin: process.stdin });
process.on('exit', () => terminal.restore());
const context = { terminal, clock: systemClock, ...listenForInterrupts() };
await runProcess('pareto', () => runProgram(process.argv.slice(2), context, env));
