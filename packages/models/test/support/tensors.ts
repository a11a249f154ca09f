// Creates tensors from their values, for tests.

import { joinElements, type DataType } from '@pareto/core';
import type { Tensor } from '../../src/index.js';

export const tensor = (datatype: DataType, dims: readonly number[], data: ArrayBufferView): Tensor => ({
  datatype,
  dims,
  data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

export const floats = (dims: readonly number[], values: readonly number[]): Tensor =>
  tensor('FP32', dims, Float32Array.from(values));

export const longs = (dims: readonly number[], values: readonly number[]): Tensor =>
  tensor('INT64', dims, BigInt64Array.from(values, BigInt));

/** Creates one class per sample. */
export const classes = (...values: readonly number[]): Tensor => longs([values.length], values);

export const texts = (dims: readonly number[], values: readonly string[]): Tensor => ({
  datatype: 'BYTES',
  dims,
  data: fromTexts(values),
});

/** Encodes elements as the data of a BYTES tensor. */
const fromTexts = (texts: readonly string[]): Uint8Array => joinElements(texts.map((text) => Buffer.from(text)));
