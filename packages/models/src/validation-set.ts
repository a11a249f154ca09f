// Labelled samples of a task: an array per input, and `label`.

import { elementBytes, elementCount, ParetoError, type Signature } from '@pareto/core';
import { readNpz } from './npz.js';
import type { Tensor } from './npy.js';

export interface ValidationSet {
  readonly samples: number;
  /** By input name; the samples are the first dimension. */
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly labels: Tensor;
}

const invalid = (message: string): ParetoError =>
  new ParetoError('invalid-argument', `the validation set is unfit: ${message}`);

/** Reads a set and checks it against a signature. Throws `invalid-argument` naming the array, what was expected and what came. */
export async function readValidationSet(file: string, signature: Signature): Promise<ValidationSet> {
  const arrays = await readNpz(file);
  const labels = arrays.get('label');
  if (labels === undefined) throw invalid(`it has no array "label" (it has ${[...arrays.keys()].join(', ')})`);
  const samples = labels.dims[0] ?? 0;
  if (labels.dims.length !== 1 || samples === 0 || !/^U?INT/.test(labels.datatype)) {
    throw invalid(`label must be whole numbers [samples], got ${describe(labels)}`);
  }
  const inputs = new Map<string, Tensor>();
  for (const input of signature.inputs) {
    const array = arrays.get(input.name);
    const expected = { datatype: input.datatype, dims: [samples, ...input.dims] };
    if (array === undefined) throw invalid(`it has no array ${JSON.stringify(input.name)} for the model's input`);
    if (!fits(array, expected)) throw invalid(`${input.name} must be ${describe(expected)}, got ${describe(array)}`);
    inputs.set(input.name, array);
  }
  return { samples, inputs, labels };
}

/** Rows `from` up to `to` (not included), sharing memory. Not for BYTES. */
export function sliceRows(tensor: Tensor, from: number, to: number): Tensor {
  const rowBytes = elementCount(tensor.dims.slice(1)) * elementBytes[tensor.datatype];
  return {
    datatype: tensor.datatype,
    dims: [to - from, ...tensor.dims.slice(1)],
    data: tensor.data.subarray(from * rowBytes, to * rowBytes),
  };
}

type Form = Pick<Tensor, 'datatype' | 'dims'>;

const describe = ({ datatype, dims }: Form): string => `${datatype} [${dims.join(', ')}]`;

function fits(array: Form, expected: Form): boolean {
  if (array.datatype !== expected.datatype || array.dims.length !== expected.dims.length) return false;
  return expected.dims.every((dim, index) => dim === -1 || dim === array.dims[index]);
}
