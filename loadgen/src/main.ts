#!/usr/bin/env node
// Process of the load generator.

import { systemClock } from '@pareto/core';
import { listenForInterrupts } from './interrupts.js';
import { runProgram } from './program.js';

const { argv, stdout, stderr } = process;
const stop = listenForInterrupts(systemClock);
// The reader of a pipe may close it early, as `head` does.
stdout.on('error', () => process.exit(0));
// pnpm passes the separator on.
const code = await runProgram(argv.slice(argv[2] === '--' ? 3 : 2), { stdout, stderr, stop });
// Node's own clean-up at the exit may hang after broken connections.
process.exit(code);
