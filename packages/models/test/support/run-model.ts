// Runs models in ONNX Runtime and reads their outputs as numbers, for tests.

import { readFile, writeFile } from 'node:fs/promises';
import { systemClock } from '@pareto/core';
import { createExecutorPool, optimiseModel } from '@pareto/runtime';
import { createTempFolder, openModelSession, type TensorBytes } from '@pareto/testkit';
import { toNumbers } from '../../src/tensors/numbers.js';
import { decodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';

export const floatInput = (name: string, shape: readonly number[], values: ArrayLike<number>): TensorBytes => ({
  name,
  datatype: 'FP32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Returns the graph that ONNX Runtime makes of a model before it runs it. */
export async function optimisedModel(model: Uint8Array): Promise<OnnxModel> {
  await using pool = createExecutorPool({ size: 0, clock: systemClock });
  await using folder = await createTempFolder();
  const [modelPath, outputPath] = [folder.file('given.onnx'), folder.file('optimised.onnx')];
  await writeFile(modelPath, model);
  await optimiseModel(pool, { modelPath, outputPath, memoryLimitBytes: 2 ** 30 });
  return decodeOnnx(await readFile(outputPath));
}

/** Returns all outputs of one run of a model that is in memory or a file. `asWritten` is as for `openModelSession`. */
export async function runModel(
  model: Uint8Array | string,
  inputs: readonly TensorBytes[],
  asWritten = false,
): Promise<readonly TensorBytes[]> {
  await using session = await openModelSession(model, asWritten);
  return await session.run(inputs);
}

export const numbersOf = (tensor: TensorBytes): readonly number[] => Array.from(toNumbers(tensor));

/** Returns the cosine similarity. It is 1 for two vectors of zeros. */
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
