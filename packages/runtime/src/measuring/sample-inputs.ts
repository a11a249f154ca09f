// Creates synthetic inputs for a model of which only the signature is known.

import {
  createSeededRng,
  elementBytes,
  elementCount,
  ParetoError,
  type Profile,
  type Signature,
  type TensorSpec,
} from '@pareto/core';
import type { TensorInput } from '../executors/run.js';
import { sampleShapes } from './sample-shapes.js';

/** Limit of the synthetic inputs of one item. */
const maxItemBytes = 256 * 2 ** 20;

/** Throws `invalid-argument` if the inputs of one item, with these shapes, are too large to be created. */
export function checkItemBytes({ inputs }: Signature, shapes: Profile['shapes']): void {
  const bytesOf = ({ name, datatype, dims }: TensorSpec): number =>
    elementCount(shapes[name] ?? dims) * Math.max(1, elementBytes[datatype]);
  const itemBytes = inputs.reduce((total, input) => total + bytesOf(input), 0);
  if (itemBytes <= maxItemBytes) return;
  const why = `the inputs of one item take ${itemBytes} bytes, and synthetic ones at most ${maxItemBytes}`;
  throw new ParetoError('invalid-argument', `${why}: register a validation set with smaller samples`);
}

/**
 * Returns inputs with floats in [0, 1) and zeros for other types, equal in every call. A dynamic dimension has the size
 * in `shapes`, or else the likeliest one. Throws as `checkItemBytes` does.
 */
export function sampleInputs(
  signature: Signature,
  batch: number,
  shapes: Profile['shapes'] = {},
): readonly TensorInput[] {
  const [likely = {}] = sampleShapes(signature);
  checkItemBytes(signature, { ...likely, ...shapes });
  return signature.inputs.map((spec) => {
    const dims = shapes[spec.name] ?? likely[spec.name] ?? spec.dims;
    const shape = signature.batched ? [batch, ...dims] : dims;
    return { name: spec.name, datatype: spec.datatype, shape, data: [sampleData(spec, elementCount(shape))] };
  });
}

function sampleData({ datatype }: TensorSpec, count: number): Uint8Array {
  if (datatype === 'BYTES') return Buffer.alloc(4 * count);
  const rng = createSeededRng(1);
  if (datatype === 'FP32') return new Uint8Array(Float32Array.from({ length: count }, rng).buffer);
  if (datatype === 'FP64') return new Uint8Array(Float64Array.from({ length: count }, rng).buffer);
  return Buffer.alloc(elementBytes[datatype] * count);
}
