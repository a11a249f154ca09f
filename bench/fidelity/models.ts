// The models of the loads, and how they are registered.

import { createSeededRng, elementCount } from '@pareto/core';
import type { RawTensor } from '@pareto/protocol';
import { floats, longs, writeNpz } from '@pareto/testkit';
import type { TestClient } from '../../test/support/client.js';
import { readDigits, registerDigits, type DigitModel } from '../../test/support/digits.js';
import { digitsTask, readerTask } from './loads.js';
import type { ServedTask } from './real-cluster.js';

export const readerShape: readonly number[] = [1, 3, 48, 224];

/** Number of classes that the model returns for a picture. */
const readerSteps = 28;
const samples = 16;

/**
 * Registers a model that reads pictures of lines, and resolves when it is measured. Only a task with a validation set has the latencies of its
 * variants measured with more than some runs; the labels do not matter for them.
 */
export async function registerReader(client: TestClient, model: Uint8Array): Promise<ServedTask> {
  const pixels = Float32Array.from({ length: elementCount(readerShape) }, createSeededRng(1));
  const validation = writeNpz({
    x: floats([samples, ...readerShape.slice(1)], Array.from({ length: samples }, () => [...pixels]).flat()),
    label: longs(
      [samples, readerSteps],
      Array.from({ length: samples * readerSteps }, () => 0),
    ),
  });
  await client.registerTask(readerTask, { validation, metric: 'exact-match' });
  await client.registerModel(readerTask, 'ocr-reader', model, { maxBatchSize: 8 });
  await client.waitUntilMeasured(readerTask);
  const input: RawTensor = { name: 'x', datatype: 'FP32', shape: [...readerShape], raw: Buffer.from(pixels.buffer) };
  return { task: readerTask, variant: 'ocr-reader:original', inputs: [input] };
}

/** Registers a model that recognises digits, and resolves when it is measured. */
export async function registerDigit(client: TestClient, model: DigitModel): Promise<ServedTask> {
  await registerDigits(client, [model], digitsTask, true);
  return await servedDigit(model);
}

/** Registers models of several accuracies that recognise digits. */
export async function registerDigitFamily(client: TestClient): Promise<ServedTask> {
  await registerDigits(client, ['mlp-tiny', 'cnn-medium', 'cnn-large'], digitsTask);
  return await servedDigit('cnn-large');
}

async function servedDigit(model: DigitModel): Promise<ServedTask> {
  const digits = await readDigits();
  const inputs = Array.from({ length: 100 }, (_, index) => digits.input(index));
  return { task: digitsTask, variant: `${model}:original`, inputs };
}
