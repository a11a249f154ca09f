// A parent process that starts an endless run, prints the executor's pid, and waits to be killed. Its argument is the
// model path.

import { systemClock } from '@pareto/core';
import { createExecutorPool } from '../../src/index.js';

const pool = createExecutorPool({ size: 0, clock: systemClock });
const [modelPath = ''] = process.argv.slice(2);
const executor = await pool.load({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 });
const data = [new Uint8Array(Float32Array.of(1e18).buffer)];
const input = { name: 'x', datatype: 'FP32', shape: [1, 1], data } as const;
void executor.run({ inputs: [input], outputs: [], expectedMs: undefined });
process.stdout.write(`executor ${executor.pid}\n`);
