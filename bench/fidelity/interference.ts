// How much two executors slow each other down, because they share memory and caches, although each has a core.

import { writeFile } from 'node:fs/promises';
import { createTempFolder } from '@pareto/testkit';
import { startRawLoops } from '../path/raw-loops.js';
import { mean } from './outcome.js';

const rounds = 7;
const forMs = 700;

/** Returns the share by which a run of ONNX Runtime takes longer while another process runs the same model: the median of several rounds. */
export async function measureInterference(model: Uint8Array, shape: readonly number[]): Promise<number> {
  await using folder = await createTempFolder();
  await writeFile(folder.file('model.onnx'), model);
  using loops = await startRawLoops(2, folder.file('model.onnx'), shape);
  const order = { batch: 1, forMs, intervalMs: 0 };
  await loops.run(2, order);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const alone = mean((await loops.run(1, order)).map(({ runMs }) => runMs));
    ratios.push(mean((await loops.run(2, order)).map(({ runMs }) => runMs)) / alone);
  }
  return Math.max(0, (ratios.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 1) - 1);
}
