// The example models of the task `digits`, and its labelled samples.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readNpz, sliceRows, toNumbers } from '@pareto/models';
import type { DecodedInferResponse, RawTensor } from '@pareto/protocol';
import { createTestClient, type TestClient } from './client.js';
import { startCluster, type Cluster, type ClusterOptions } from './cluster.js';
import { readFirst } from './validation-set.js';

const folder = fileURLToPath(new URL('../../examples/digits/', import.meta.url));

const digitModels = ['mlp-tiny', 'mlp-small', 'mlp-large', 'cnn-small', 'cnn-medium', 'cnn-large'] as const;
export type DigitModel = (typeof digitModels)[number];

export const digitModelFile = (name: DigitModel): string => `${folder}models/${name}.onnx`;
export const validationFile = `${folder}validation.npz`;

export const readDigitModel = (name: DigitModel): Promise<Buffer> => readFile(digitModelFile(name));

export interface Digits {
  readonly count: number;
  /** Returns rows starting at `index` as the models' input. */
  input(index: number, rows?: number): RawTensor;
  label(index: number): number;
}

let digits: Promise<Digits> | undefined;

/** Reads the samples once for all tests of a process. */
export const readDigits = (): Promise<Digits> => (digits ??= openDigits());

async function openDigits(): Promise<Digits> {
  const arrays = await readNpz(validationFile);
  const images = arrays.get('image');
  const labels = toNumbers(arrays.get('label') ?? assert.fail('no labels'));
  assert.ok(images !== undefined);
  return {
    count: labels.length,
    input(index, rows = 1) {
      const { datatype, dims, data } = sliceRows(images, index, index + rows);
      return { name: 'image', datatype, shape: dims, raw: Buffer.from(data) };
    },
    label: (index) => labels[index] ?? Number.NaN,
  };
}

/** Returns the validation set, or with `few` only so many samples as tests need that do not depend on accuracies. */
export const readValidation = (few = false): Promise<Uint8Array> =>
  few ? readFirst(validationFile, 200) : readFile(validationFile);

/** Registers the task with its validation set and the models. With `few`, the set has few samples. */
export async function registerDigits(
  client: TestClient,
  models: readonly DigitModel[] = digitModels,
  task = 'digits',
  few = false,
): Promise<void> {
  await client.registerTask(task, { validation: await readValidation(few) });
  for (const name of models) await client.registerModel(task, name, await readDigitModel(name));
  await client.waitUntilMeasured(task);
}

export interface DigitsCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: TestClient;
  readonly digits: Digits;
}

export interface DigitsOptions extends ClusterOptions {
  /** Set if the tests do not depend on accuracies: the validation set has few samples, because each one costs CPU. */
  readonly fewSamples?: boolean;
}

/** Starts a cluster of real processes, and registers and measures the models. */
export async function startDigits(
  { fewSamples = false, ...options }: DigitsOptions,
  models?: readonly DigitModel[],
): Promise<DigitsCluster> {
  const cluster = await startCluster(options);
  const client = createTestClient(cluster);
  const started: DigitsCluster = {
    cluster,
    client,
    digits: await readDigits(),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
  try {
    await registerDigits(client, models, 'digits', fewSamples);
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}

/** Returns the class of each item of an answer. */
export function classesOf({ outputs }: Pick<DecodedInferResponse, 'outputs'>): readonly number[] {
  const [logits] = outputs;
  if (logits === undefined) throw new Error('the answer has no output');
  const values = toNumbers({ datatype: logits.datatype, dims: logits.shape, data: logits.raw });
  const classes = logits.shape.at(-1) ?? 1;
  return Array.from({ length: values.length / classes }, (_, row) => {
    const scores = Array.from({ length: classes }, (_item, index) => values[row * classes + index] ?? NaN);
    return scores.indexOf(Math.max(...scores));
  });
}
