// Samples to calibrate, verify and measure models on: rows of a validation set, or synthetic ones.

import {
  createSeededRng,
  elementBytes,
  elementCount,
  type DataType,
  type Shapes,
  type Signature,
  type TensorSpec,
} from '@pareto/core';
import type { SampleSet, Tensor } from '@pareto/models';
import { checkItemBytes, sampleShapes, type TensorInput, type TensorOutput } from '@pareto/runtime';

export interface Samples {
  readonly count: number;
  /** Set if the samples are rows of a validation set. */
  readonly isReal: boolean;
  /** Returns the samples from `from` up to but not including `to`, as the first dimension of each input. */
  rows(from: number, to: number): Promise<readonly TensorInput[]>;
}

/** Returns row numbers from `from` up to but not including `to`. */
export const rowsFrom = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Returns the given rows of a validation set as samples. */
export const chosenSamples = (set: SampleSet, rows: readonly number[]): Samples => ({
  count: rows.length,
  isReal: true,
  rows: async (from, to) =>
    [...(await set.readInputs(rows.slice(from, to)))].map(([name, { datatype, dims, data }]) => ({
      ...{ name, datatype, shape: dims, data: [data] },
    })),
});

/**
 * Returns samples with random values, seeded by their index. Even samples have floats in [-1, 1) and integers of 0; odd
 * samples have floats in [0, 1) and integers of 0 or 1. Text is empty. Dynamic dimensions have the sizes of `shapes`, by default the
 * likeliest ones. Throws as `checkItemBytes` does.
 */
export function syntheticSamples(
  signature: Signature,
  count: number,
  shapes: Shapes = sampleShapes(signature)[0] ?? {},
): Samples {
  checkItemBytes(signature, shapes);
  return {
    count,
    isReal: false,
    rows: async (from, to) =>
      signature.inputs.map((spec) => {
        const dims = shapes[spec.name] ?? spec.dims;
        const seeds = Array.from({ length: to - from }, (_, index) => from + index);
        const data = seeds.map((seed) => syntheticRow(spec, elementCount(dims), seed));
        return { name: spec.name, datatype: spec.datatype, shape: [to - from, ...dims], data };
      }),
  };
}

function syntheticRow({ datatype }: TensorSpec, elements: number, seed: number): Uint8Array {
  if (datatype === 'BYTES') return Buffer.alloc(4 * elements);
  const rng = createSeededRng(seed + 1);
  const even = seed % 2 === 0;
  const real = even ? () => 2 * rng() - 1 : rng;
  if (datatype === 'FP32') return new Uint8Array(Float32Array.from({ length: elements }, real).buffer);
  if (datatype === 'FP64') return new Uint8Array(Float64Array.from({ length: elements }, real).buffer);
  if (datatype !== 'FP16') return wholeNumbers(datatype, elements, even ? () => 0 : () => Math.round(rng()));
  return new Uint8Array(Uint16Array.from({ length: elements }, () => half(rng(), even && rng() < 0.5)).buffer);
}

/** Returns the bits of a half precision number with a magnitude in [0.5, 1), chosen by `at` in [0, 1). */
const half = (at: number, isNegative: boolean): number => (isNegative ? 0x8000 : 0) + 0x3800 + Math.floor(at * 1024);

/** Returns little-endian integers below 256. */
function wholeNumbers(datatype: Exclude<DataType, 'BYTES'>, elements: number, value: () => number): Uint8Array {
  const width = elementBytes[datatype];
  const data = new Uint8Array(elements * width);
  for (let at = 0; at < data.length; at += width) data[at] = value();
  return data;
}

/** Returns real inputs for a run of `items` items: the first rows of the set, repeated if there are fewer. */
export async function repeatedRows(
  set: SampleSet,
  { batched }: Pick<Signature, 'batched'>,
  items: number,
): Promise<readonly TensorInput[]> {
  const rows = Array.from({ length: items }, (_, index) => index % set.samples);
  return inputsOf(await chosenSamples(set, rows).rows(0, items), batched);
}

/**
 * Returns samples as inputs of a model. A model without a batch dimension takes a single sample, so the first dimension
 * is dropped.
 */
export const inputsOf = (rows: readonly TensorInput[], batched: boolean): readonly TensorInput[] =>
  batched ? rows : rows.map((input) => ({ ...input, shape: input.shape.slice(1) }));

/** Returns outputs with the samples as the first dimension, which is added if the model has no batch dimension. */
export const perSample = (
  outputs: readonly TensorOutput[],
  { batched }: Pick<Signature, 'batched'>,
): readonly Tensor[] =>
  outputs.map(({ datatype, shape, data }) => ({ datatype, dims: batched ? shape : [1, ...shape], data }));
