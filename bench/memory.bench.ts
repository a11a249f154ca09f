// Loads and unloads a 100 MB model 200 times, and checks that the memory of the parent and the executor does not grow.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@pareto/core';
import { createExecutorPool } from '@pareto/runtime';
import { matrixModel } from '@pareto/testkit';
import { progress, startBenchmark } from './report.js';

const rounds = 200;
const mib = (count: number): number => count / 2 ** 20;

const { report } = startBenchmark('memory');
const folder = await mkdtemp(path.join(tmpdir(), 'pareto-bench-'));
const modelPath = path.join(folder, 'large.onnx');
await writeFile(modelPath, matrixModel(5000));
const pool = createExecutorPool({ size: 1, clock: systemClock });
/** Memory of this process and of the executor after each round, in MiB. */
const parents: number[] = [];
const executors: number[] = [];
try {
  for (let round = 1; round <= rounds; round++) {
    const executor = await pool.load({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 });
    const own = mib(executor.memory()?.privateBytes ?? NaN);
    await executor[Symbol.asyncDispose]();
    const parent = mib(process.memoryUsage.rss());
    executors.push(own);
    parents.push(parent);
    if (round % 20 === 0) progress(`round ${round}: parent ${parent.toFixed()} MiB, executor ${own.toFixed()} MiB`);
  }
} finally {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}

const half = rounds / 2;
report([
  { name: 'executor with a 100 MB model', value: Math.max(...executors), unit: 'MiB' },
  {
    // Garbage that is not collected yet hides a leak from the maxima.
    name: 'parent, minimum of the second hundred over that of the first',
    value: Math.min(...parents.slice(half)) / Math.min(...parents.slice(0, half)),
    unit: 'x',
    reach: { below: 1.1 },
    noise: 0.1,
  },
]);
