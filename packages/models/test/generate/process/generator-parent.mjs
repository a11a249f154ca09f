// A parent that starts a generator process whose model never arrives, prints its pid, and waits to be killed. Its
// argument is a folder.

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { systemClock } from '@pareto/core';
import { waitFor } from '@pareto/testkit';
import { runGenerator } from '../../../dist/generate/process/run-generator.js';

const [folder = ''] = process.argv.slice(2);
const graph = join(folder, 'pipe.onnx');
execFileSync('mkfifo', [graph]);
const limits = { memoryBytes: 2 ** 28, timeoutMs: 60_000 };
void runGenerator({ graph, recipe: 'mapped', phase: 'rewrite', folder }, limits, systemClock);

const generatorPid = await waitFor('the generator process', async () => {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  for (const pid of children.trim().split(' ')) {
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('generator-main.cjs')) return pid;
  }
  return undefined;
});
process.stdout.write(`generator ${generatorPid}\n`);
