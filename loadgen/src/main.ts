#!/usr/bin/env node
// Process of the load generator.

import { systemClock } from '@pareto/core';
import { runProcess } from '@pareto/report';
import { listenForInterrupts } from './interrupts.js';
import { runProgram } from './program.js';

const { argv, stdout, stderr } = process;
const stop = listenForInterrupts(systemClock);
// pnpm passes the separator on.
const words = argv.slice(argv[2] === '--' ? 3 : 2);
// Node's own clean-up at the exit may hang after broken connections.
await runProcess('loadgen', () => runProgram(words, { stdout, stderr, stop }));
