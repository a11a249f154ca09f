// Provides the models and samples of the digits example, for tests of the accuracy of rewritten models.

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { wilson95 } from '@pareto/core';
import { openModelSession } from '@pareto/testkit';
import { decodeOnnx, encodeOnnx } from '../../src/onnx/onnx-codec.js';
import type { OnnxModel } from '../../src/onnx/onnx.js';
import type { Tensor } from '../../src/tensors/npy.js';
import { readNpz } from '../../src/tensors/npz.js';
import { toNumbers } from '../../src/tensors/numbers.js';
import { pickRows, sliceRows } from '../../src/tensors/rows.js';
import { splitValidation } from '../../src/datasets/split-validation.js';
import { cosine, numbersOf } from './run-model.js';

const folder = fileURLToPath(new URL('../../../../examples/digits/', import.meta.url));
const batch = 100;

/** Images and their digits. */
export interface Samples {
  readonly image: Tensor;
  readonly label: readonly number[];
}

let shares: Promise<Readonly<{ calibration: Samples; evaluation: Samples }>> | undefined;

export const digitsShares = (): NonNullable<typeof shares> => (shares ??= readShares());

async function readShares(): Promise<Readonly<{ calibration: Samples; evaluation: Samples }>> {
  const arrays = await readNpz(`${folder}validation.npz`);
  const [image, label] = [arrays.get('image'), arrays.get('label')];
  if (image === undefined || label === undefined) throw new Error('the digits lack images or labels');
  const share = (rows: readonly number[]): Samples => ({
    image: pickRows(image, rows),
    label: Array.from(toNumbers(pickRows(label, rows))),
  });
  const { calibration, evaluation } = splitValidation({ samples: label.dims[0] ?? 0 });
  return { calibration: share(calibration), evaluation: share(evaluation) };
}

type DigitsModel = Readonly<{ model: OnnxModel; sizeBytes: number }>;

const models = new Map<string, Promise<DigitsModel>>();

/** Returns one object for each name, so that its logits are computed once. */
export function digitsModel(name: string): Promise<DigitsModel> {
  const model = models.get(name) ?? readModel(`${folder}models/${name}.onnx`);
  models.set(name, model);
  return model;
}

async function readModel(file: string): Promise<DigitsModel> {
  return { model: decodeOnnx(await readFile(file)), sizeBytes: (await stat(file)).size };
}

/** Yields all outputs of the model, in batches of 100 samples. */
export async function* runDigits(
  model: OnnxModel,
  { image }: Samples,
): AsyncGenerator<ReadonlyMap<string, readonly number[]>> {
  await using session = await openModelSession(encodeOnnx(model));
  const [count = 0] = image.dims;
  for (let from = 0; from < count; from += batch) {
    const rows = sliceRows(image, from, Math.min(count, from + batch));
    const outputs = await session.run([{ name: 'image', shape: rows.dims, ...rows }]);
    yield new Map(outputs.map((tensor) => [tensor.name, numbersOf(tensor)]));
  }
}

const logitsOf = async (model: OnnxModel, samples: Samples): Promise<readonly number[]> => {
  const logits: number[] = [];
  for await (const outputs of runDigits(model, samples)) logits.push(...(outputs.get('logits') ?? []));
  return logits;
};

const originalLogits = new WeakMap<OnnxModel, ReturnType<typeof logitsOf>>();

function logitsOfOriginal(original: OnnxModel, samples: Samples): ReturnType<typeof logitsOf> {
  const logits = originalLogits.get(original) ?? logitsOf(original, samples);
  originalLogits.set(original, logits);
  return logits;
}

const hitsOf = (logits: readonly number[], { label }: Samples): number =>
  label.filter((digit, row) => {
    const scores = logits.slice(row * 10, row * 10 + 10);
    return scores.indexOf(Math.max(...scores)) === digit;
  }).length;

/**
 * Asserts that the model is as accurate as the original on evaluation samples, within the 95 % interval, with similar
 * outputs.
 */
export async function assertAccurate(original: OnnxModel, model: OnnxModel, bound: number): Promise<void> {
  const { evaluation } = await digitsShares();
  const [was, is] = [await logitsOfOriginal(original, evaluation), await logitsOf(model, evaluation)];
  const similarity = cosine(was, is);
  assert.ok(similarity >= bound, `its logits are similar by ${similarity}, and not by ${bound}`);
  const [least] = wilson95(hitsOf(was, evaluation), evaluation.label.length);
  const accuracy = hitsOf(is, evaluation) / evaluation.label.length;
  assert.ok(accuracy >= least, `its accuracy is ${accuracy}, below ${least}`);
}
