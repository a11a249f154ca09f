// Loads and unloads a 100 MB model 200 times and prints what the parent and the executor hold: `npx tsx packages/runtime/test/load-unload.bench.ts`.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@pareto/core';
import { createExecutorPool } from '../src/index.js';
import { readProcessMemory } from '../src/process-memory.js';
import { matrixModel } from '@pareto/testkit';

const rounds = 200;
const mib = (count: number): string => (count / 2 ** 20).toFixed(0);
const folder = await mkdtemp(path.join(tmpdir(), 'pareto-bench-'));
const modelPath = path.join(folder, 'large.onnx');
await writeFile(modelPath, matrixModel(5000));
const pool = createExecutorPool({ size: 1, clock: systemClock });
try {
  for (let round = 1; round <= rounds; round++) {
    const executor = await pool.load({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 });
    const held = await executor.memory();
    await executor[Symbol.asyncDispose]();
    const own = await readProcessMemory(process.pid);
    if (round % 20 !== 0 && round !== 1) continue;
    const line = `round ${round}: parent ${mib(own?.privateBytes ?? 0)} MiB, executor ${mib(held?.privateBytes ?? 0)} MiB`;
    process.stdout.write(`${line}, loaded in ${executor.loadMs.toFixed(0)} ms\n`);
  }
} finally {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}
