// Reads the labelled samples of a task: an array or column per input, and `label`, which the task's metric compares with
// answers.

import { open } from 'node:fs/promises';
import {
  elementCount,
  hasOpenBatch,
  metrics,
  publicText,
  withLeadingBatch,
  type Metric,
  type Signature,
  type TensorSpec,
} from '@pareto/core';
import { spreadFor } from '../metrics/label-spread.js';
import type { LabelSpread } from '../metrics/quality-metric.js';
import { checkLabels, takesClasses } from '../metrics/scorer.js';
import { readNpz } from '../tensors/npz.js';
import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';
import { toComparable, type ClassNames } from './class-labels.js';
import type { TableFormat } from './open-table.js';
import { readTable } from './read-table.js';
import { setError } from './set-error.js';
import { splitValidation } from './split-validation.js';

export interface ValidationSet {
  readonly samples: number;
  /**
   * Arrays by input name: one row per sample, then the signature's dimensions. A sample is one item or, without a
   * batch, one run.
   */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** Labels with one row per sample. */
  readonly labels: Tensor;
  /** Spread of the evaluation labels. Undefined if the metric does not need it. */
  readonly spread: LabelSpread | undefined;
}

/** The models of a task, with whose inputs and outputs a set is compared. */
export interface SetUse {
  /** Signature of the models that run the samples. */
  readonly signature: Signature;
  readonly metric: Metric;
  readonly classNames?: ClassNames | undefined;
}

/**
 * Reads an NPZ file, CSV or JSON lines, and checks the set. Throws `invalid-argument` for an array or a value that does not
 * fit.
 */
export async function readValidationSet(file: string, use: SetUse): Promise<ValidationSet> {
  return takeArrays(await readArrays(file, use.signature), use);
}

/**
 * Reads a set for a model that may be served with another signature: for a model with a fixed batch, a set that fits the
 * model with a dynamic batch is accepted too. Throws like `readValidationSet`.
 */
export async function checkValidation(file: string, use: SetUse): Promise<ValidationSet> {
  try {
    return await readValidationSet(file, use);
  } catch (error) {
    const unbound = withoutFixedBatch(use.signature);
    if (unbound === undefined) throw error;
    return await readValidationSet(file, { ...use, signature: unbound });
  }
}

/**
 * Returns the metrics that fit a set for which `checkValidation` throws. None if the metric fits without the names of classes:
 * then a label is wrong, whatever the metric is.
 */
export async function fittingMetrics(file: string, use: SetUse): Promise<readonly Metric[]> {
  const signature = withoutFixedBatch(use.signature) ?? use.signature;
  const arrays = await readArrays(file, signature).catch(() => new Map<string, Tensor>());
  if (fitsArrays(arrays, { signature, metric: use.metric })) return [];
  return metrics.filter((metric) => fitsArrays(arrays, { ...use, signature, metric }));
}

function fitsArrays(arrays: ReadonlyMap<string, Tensor>, use: SetUse): boolean {
  try {
    return takeArrays(arrays, use).samples > 0;
  } catch {
    return false;
  }
}

async function readArrays(file: string, signature: Signature): Promise<ReadonlyMap<string, Tensor>> {
  const format = await formatOf(file);
  return format === 'NPZ' ? await readNpz(file) : await readTable(file, format, signature);
}

/** First bytes of an archive, with and without entries. */
const zipSignatures: readonly string[] = ['504b0304', '504b0506'];
const formats =
  "expected NPZ, CSV with a header, or JSON lines: df.to_csv('samples.csv', index=False) writes such a file";

/** Returns the format of a file, by its first bytes because blobs have no names. */
async function formatOf(path: string): Promise<'NPZ' | TableFormat> {
  await using file = await open(path).catch((error: unknown) => {
    throw setError(`the file can't be read: ${publicText(error)}`, error);
  });
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  const start = buffer.subarray(0, bytesRead);
  if (zipSignatures.includes(start.toString('hex', 0, 4))) return 'NPZ';
  if (start.includes(0)) throw setError(`its format is unknown: ${formats}`);
  const [first] = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (first === '[')
    throw setError(
      "it is a JSON array: df.to_json('samples.jsonl', orient='records', lines=True) writes one object per line",
    );
  return first === '{' ? 'JSON lines' : 'CSV';
}

/**
 * Returns the signature with the fixed leading dimension as batch. Undefined unless all inputs and outputs share it.
 */
function withoutFixedBatch(signature: Signature): Signature | undefined {
  const { inputs, outputs, batched } = signature;
  const leading = new Set([...inputs, ...outputs].map(({ dims }) => dims[0] ?? -1));
  return batched || leading.size !== 1 || leading.has(-1) ? undefined : withLeadingBatch(signature);
}

function takeArrays(
  arrays: ReadonlyMap<string, Tensor>,
  { signature, metric, classNames = {} }: SetUse,
): ValidationSet {
  if (signature.inputs.some(({ name }) => name === 'label'))
    throw setError('the model\'s input "label" has the name of the labels: give it another one with --map label=NAME');
  const given = arrays.get('label');
  if (given === undefined) throw setError(`it has no array "label" (it has ${[...arrays.keys()].join(', ')})`);
  const [samples = 0] = given.dims;
  if (samples === 0) throw setError(`label must have at least one sample, got ${describe(given)}`);
  const inputs = new Map(signature.inputs.map((input) => [input.name, takeInput(arrays, input, signature, samples)]));
  const labels = toComparable(given, signature, metric, classNames);
  checkNumbers('label', labels);
  checkLabels(metric, labels, outputsOfSample(signature, metric, arrays));
  const { evaluation } = splitValidation({ samples });
  return { samples, inputs, labels, spread: spreadFor(metric, labels, evaluation) };
}

/**
 * Returns the outputs of one sample. A dynamic first dimension, which may be a batch, is 1 if the samples of classes have none:
 * so labels of regression do not pass as classes until a worker compares them.
 */
function outputsOfSample(
  signature: Signature,
  metric: Metric,
  arrays: ReadonlyMap<string, Tensor>,
): Signature['outputs'] {
  const areItems =
    takesClasses(metric) &&
    hasOpenBatch(signature) &&
    signature.inputs.every(({ name, dims }) => arrays.get(name)?.dims.length === dims.length);
  return !signature.batched && areItems ? withLeadingBatch(signature).outputs : signature.outputs;
}

function takeInput(
  arrays: ReadonlyMap<string, Tensor>,
  { name, datatype, dims }: TensorSpec,
  { batched }: Signature,
  samples: number,
): Tensor {
  const array = arrays.get(name);
  const expected = { datatype, dims: [samples, ...dims] };
  if (array === undefined) throw setError(`it has no array ${JSON.stringify(name)} for the model's input`);
  const shaped = { ...array, dims: withBatchOfOne(array.dims, expected.dims, batched) };
  if (!fits(shaped, expected)) {
    throw setError(`${name} must be ${describe(expected)}, got ${describe(array)}${hint(shaped, expected)}`);
  }
  return shaped;
}

/**
 * Adds or removes a dimension of 1 after the samples where the signature's first dimension is fixed to 1 or dynamic. So
 * a set remains valid when the batch is made dynamic, or when a dynamic dimension is declared as the batch.
 */
function withBatchOfOne(dims: readonly number[], expected: readonly number[], batched: boolean): readonly number[] {
  const [samples = 0, ...rest] = dims;
  const isOpen = expected[1] === 1 || expected[1] === -1;
  if (!batched && isOpen && dims.length === expected.length - 1) return [samples, 1, ...rest];
  if (batched && rest[0] === 1 && dims.length === expected.length + 1) return [samples, ...rest.slice(1)];
  return dims;
}

/** Throws `invalid-argument` if labels have NaN. Inputs may: many models of tables take it for a missing value. */
function checkNumbers(name: string, tensor: Tensor): void {
  if (!tensor.datatype.startsWith('FP')) return;
  const values = toNumbers(tensor);
  for (let index = 0; index < values.length; index++) {
    if (!Number.isNaN(values[index])) continue;
    const position = positionOf(index, tensor.dims).join(', ');
    throw setError(`${name} has NaN at [${position}]: remove such samples, or replace NaN by a number`);
  }
}

/** Returns the position of an element in row-major order. */
function positionOf(index: number, dims: readonly number[]): readonly number[] {
  let rest = index;
  return dims.map((_, axis) => {
    const stride = elementCount(dims.slice(axis + 1));
    const position = Math.floor(rest / stride);
    rest -= position * stride;
    return position;
  });
}

type Form = Pick<Tensor, 'datatype' | 'dims'>;

const describe = ({ datatype, dims }: Form): string => `${datatype} [${dims.join(', ')}]`;

const matches = (dims: readonly number[], expected: readonly number[]): boolean =>
  dims.length === expected.length && expected.every((dim, axis) => dim === -1 || dim === dims[axis]);

const fits = (array: Form, expected: Form): boolean =>
  array.datatype === expected.datatype && matches(array.dims, expected.dims);

const numpyTypes: Partial<Record<Form['datatype'], string>> = {
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BOOL: 'bool',
  BYTES: 'str',
};

/** Returns the NumPy call that makes an array fit, or an empty string if no single call does. */
function hint(array: Form, expected: Form): string {
  if (array.datatype !== expected.datatype && matches(array.dims, expected.dims)) {
    return ` (convert it with arr.astype('${numpyTypes[expected.datatype] ?? expected.datatype.toLowerCase()}'))`;
  }
  const reshapes =
    array.datatype === expected.datatype &&
    array.dims[0] === expected.dims[0] &&
    elementCount(array.dims) === elementCount(expected.dims);
  return reshapes ? ` (reshape it with arr.reshape(${expected.dims.join(', ')}))` : '';
}
