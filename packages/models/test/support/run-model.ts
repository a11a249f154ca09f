// Runs models in ONNX Runtime, for tests: an executor process of its own, whose answers come as numbers.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, type DataType } from '@pareto/core';
import {
  createExecutorPool,
  optimiseModel,
  type Executor,
  type ExecutorPool,
  type TensorOutput,
} from '@pareto/runtime';
import { toNumbers } from '../../src/tensors/numbers.js';
import { decodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';

let pool: ExecutorPool | undefined;
let folder: Promise<string> | undefined;
let count = 0;

after(async () => {
  await pool?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(await folder, { recursive: true });
});

export interface Input {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export const floatInput = (name: string, shape: readonly number[], values: ArrayLike<number>): Input => ({
  name,
  datatype: 'FP32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Loads a model that is in memory, or a file with what lies beside it. Dispose of it. */
export async function loadModel(model: Uint8Array | string): Promise<Executor> {
  pool ??= createExecutorPool({ size: 1, clock: systemClock });
  const modelPath = typeof model === 'string' ? model : await save(model);
  return pool.load({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 });
}

/** The graph that ONNX Runtime makes of a model before it runs it. */
export async function optimisedModel(model: Uint8Array): Promise<OnnxModel> {
  pool ??= createExecutorPool({ size: 1, clock: systemClock });
  const modelPath = await save(model);
  const outputPath = `${modelPath}.optimised`;
  await optimiseModel(pool, { modelPath, outputPath, memoryLimitBytes: 2 ** 30 });
  return decodeOnnx(await readFile(outputPath));
}

async function save(model: Uint8Array): Promise<string> {
  folder ??= mkdtemp(path.join(tmpdir(), 'pareto-models-'));
  const file = path.join(await folder, `${count++}.onnx`);
  await writeFile(file, model);
  return file;
}

/** All outputs of one run. Throws what ONNX Runtime says when it refuses. */
export async function answers(executor: Executor, inputs: readonly Input[]): Promise<readonly TensorOutput[]> {
  const outcome = await executor.run({
    inputs: inputs.map((input) => ({ ...input, data: [input.data] })),
    outputs: [],
    expectedMs: undefined,
  });
  if (outcome.kind === 'done') return outcome.outputs;
  throw new Error(outcome.kind === 'failed' ? outcome.message : outcome.death.reason);
}

/** All outputs of one run of a model that is in memory or a file. */
export async function runModel(model: Uint8Array | string, inputs: readonly Input[]): Promise<readonly TensorOutput[]> {
  const executor = await loadModel(model);
  try {
    return await answers(executor, inputs);
  } finally {
    await executor[Symbol.asyncDispose]();
  }
}

export const numbersOf = (tensor: TensorOutput): readonly number[] => Array.from(toNumbers(tensor));

/** Cosine similarity; 1 of two vectors of nothing but zeros. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let index = 0; index < a.length; index++) {
    const [x = 0, y = 0] = [a[index], b[index]];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 && bb === 0 ? 1 : dot / Math.sqrt(aa * bb);
}
