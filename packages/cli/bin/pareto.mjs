#!/usr/bin/env node
// The command itself: here from the first install on, before anything is built.
import module from 'node:module';

// Newer Nodes keep what they compiled, and start twice as fast the next time.
module.enableCompileCache?.();
await import('../dist/main.js');
