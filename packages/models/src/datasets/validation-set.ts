// Labelled samples of a task: an array per input, and `label`, which holds what the task's metric compares answers with.

import {
  elementCount,
  ParetoError,
  withLeadingBatch,
  type Metric,
  type Signature,
  type TensorSpec,
} from '@pareto/core';
import { checkLabels } from '../metrics/scorer.js';
import { readNpz } from '../tensors/npz.js';
import { toNumbers } from '../tensors/numbers.js';
import type { Tensor } from '../tensors/npy.js';

export interface ValidationSet {
  readonly samples: number;
  /** By input name: the samples, then the dimensions that the signature gives, where each sample is one item or, without a batch, one run. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** The samples are the first dimension. */
  readonly labels: Tensor;
}

const invalid = (message: string): ParetoError =>
  new ParetoError('invalid-argument', `the validation set is unfit: ${message}`);

/** Reads a set and checks it against signature and metric. Throws `invalid-argument` naming the array, what was expected and what came. */
export async function readValidationSet(file: string, signature: Signature, metric: Metric): Promise<ValidationSet> {
  return takeArrays(await readNpz(file), signature, metric);
}

/**
 * Throws like `readValidationSet` for a set that a model of this signature can't be measured with. A model of a fixed batch takes
 * what it would take with a dynamic one too.
 */
export async function checkValidation(file: string, signature: Signature, metric: Metric): Promise<void> {
  const arrays = await readNpz(file);
  try {
    takeArrays(arrays, signature, metric);
  } catch (error) {
    const unbound = withoutFixedBatch(signature);
    if (unbound === undefined) throw error;
    takeArrays(arrays, unbound, metric);
  }
}

/** With the leading dimension that all inputs and outputs fix to the same number as batch; undefined where they don't. */
function withoutFixedBatch(signature: Signature): Signature | undefined {
  const { inputs, outputs, batched } = signature;
  const leading = new Set([...inputs, ...outputs].map(({ dims }) => dims[0] ?? -1));
  return batched || leading.size !== 1 || leading.has(-1) ? undefined : withLeadingBatch(signature);
}

function takeArrays(arrays: ReadonlyMap<string, Tensor>, signature: Signature, metric: Metric): ValidationSet {
  const labels = arrays.get('label');
  if (labels === undefined) throw invalid(`it has no array "label" (it has ${[...arrays.keys()].join(', ')})`);
  const [samples = 0] = labels.dims;
  if (samples === 0) throw invalid(`label must hold at least one sample, got ${describe(labels)}`);
  const inputs = new Map(signature.inputs.map((input) => [input.name, takeInput(arrays, input, signature, samples)]));
  checkNumbers('label', labels);
  checkLabels(metric, labels, signature.outputs);
  return { samples, inputs, labels };
}

function takeInput(
  arrays: ReadonlyMap<string, Tensor>,
  { name, datatype, dims }: TensorSpec,
  { batched }: Signature,
  samples: number,
): Tensor {
  const array = arrays.get(name);
  const expected = { datatype, dims: [samples, ...dims] };
  if (datatype === 'BYTES') throw invalid(`the model's input ${name} is text, which can't be measured with yet`);
  if (array === undefined) throw invalid(`it has no array ${JSON.stringify(name)} for the model's input`);
  const shaped = { ...array, dims: withBatchOfOne(array.dims, expected.dims, batched) };
  if (!fits(shaped, expected)) {
    throw invalid(`${name} must be ${describe(expected)}, got ${describe(array)}${hint(array, expected)}`);
  }
  checkNumbers(name, shaped);
  return shaped;
}

/**
 * A sample of a model whose first dimension is fixed to 1, or is free, is written with or without this 1; so a set outlasts making the
 * batch dynamic, and saying that a free dimension is the batch.
 */
function withBatchOfOne(dims: readonly number[], expected: readonly number[], batched: boolean): readonly number[] {
  const [samples = 0, ...rest] = dims;
  const isOpen = expected[1] === 1 || expected[1] === -1;
  if (!batched && isOpen && dims.length === expected.length - 1) return [samples, 1, ...rest];
  if (batched && rest[0] === 1 && dims.length === expected.length + 1) return [samples, ...rest.slice(1)];
  return dims;
}

/** What is not a number is refused: what a model makes of it tells nothing of the model. */
function checkNumbers(name: string, tensor: Tensor): void {
  if (!tensor.datatype.startsWith('FP')) return;
  const values = toNumbers(tensor);
  for (let index = 0; index < values.length; index++) {
    if (!Number.isNaN(values[index])) continue;
    const place = placeOf(index, tensor.dims).join(', ');
    throw invalid(`${name} holds NaN at [${place}]: leave such samples out, or fill in a number`);
  }
}

/** Row-major. */
function placeOf(index: number, dims: readonly number[]): readonly number[] {
  let rest = index;
  return dims.map((_, axis) => {
    const stride = elementCount(dims.slice(axis + 1));
    const place = Math.floor(rest / stride);
    rest -= place * stride;
    return place;
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
};

/** How NumPy makes it fit, where one step does. */
function hint(array: Form, expected: Form): string {
  if (array.datatype !== expected.datatype && matches(array.dims, expected.dims)) {
    return ` (arr.astype('${numpyTypes[expected.datatype] ?? expected.datatype.toLowerCase()}') converts)`;
  }
  const reshapes =
    array.datatype === expected.datatype &&
    array.dims[0] === expected.dims[0] &&
    elementCount(array.dims) === elementCount(expected.dims);
  return reshapes ? ` (arr.reshape(${expected.dims.join(', ')}) reshapes)` : '';
}
